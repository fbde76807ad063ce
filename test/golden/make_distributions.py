"""Records PyTorch's distributions: densities, distribution functions, moments, entropies and divergences with their gradients, in float64.

    python test/golden/make_distributions.py        writes distributions.json beside itself
"""

import json
import pathlib
import re

import torch
import torch.distributions as D

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def camel(name):
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def numbers(t):
    t = t.detach()
    # JSON has no infinities.
    return json.loads(re.sub(r"-?Infinity|NaN", lambda m: f'"{m.group(0)}"', json.dumps(t.to(torch.float64).tolist())))


def weighted(t):
    return (t * (1 + torch.arange(t.numel(), dtype=t.dtype)).reshape(t.shape)).sum()


def gradients(t, leaves):
    """Of the weighted sum, so that elements that are mixed up are seen; None where a leaf has no part in it."""
    if not t.requires_grad:
        return [None] * len(leaves)
    given = torch.autograd.grad(weighted(t), leaves, allow_unused=True)
    return [None if g is None else numbers(g) for g in given]


def leaf(value):
    return torch.tensor(value, dtype=torch.float64).requires_grad_()


cases = []


def case(name, values=(), probabilities=(), fixed=None, **params):
    leaves = {k: leaf(v) for k, v in params.items()}
    make = lambda: getattr(D, name)(**leaves, **(fixed or {}))
    d = make()
    record = {"name": name, "parameters": {camel(k): numbers(v) for k, v in leaves.items()},
              "fixed": {camel(k): v for k, v in (fixed or {}).items()},
              "batchShape": list(d.batch_shape), "eventShape": list(d.event_shape), "of": {}}
    tensors = list(leaves.values())
    for what in ("mean", "variance", "stddev", "mode"):
        try:
            result = getattr(make(), what)
        except (NotImplementedError, AttributeError, RuntimeError):
            continue
        record["of"][what] = {"value": numbers(result)}
        if what != "mode":
            record["of"][what]["gradients"] = gradients(result, tensors)
    try:
        result = make().entropy()
        record["of"]["entropy"] = {"value": numbers(result), "gradients": gradients(result, tensors)}
    except NotImplementedError:
        pass
    if len(values):
        record["values"] = list(values)
        for what in ("log_prob", "cdf"):
            value = torch.tensor(values, dtype=torch.float64).requires_grad_()
            try:
                result = getattr(make(), what)(value)
            except (NotImplementedError, AttributeError):
                continue
            smooth = not make().support.is_discrete and name not in ("Gamma", "Chi2", "InverseGamma")
            record["of"][camel(what)] = {"value": numbers(result), "gradients":
                                         gradients(result, tensors) if what == "log_prob" or smooth else None}
    if len(probabilities):
        record["probabilities"] = list(probabilities)
        result = make().icdf(torch.tensor(probabilities))
        record["of"]["icdf"] = {"value": numbers(result), "gradients": gradients(result, tensors)}
    if d.has_enumerate_support:
        try:
            record["of"]["enumerateSupport"] = {"value": numbers(d.enumerate_support())}
        except NotImplementedError:
            pass
    cases.append(record)


some = [[-2.5, 0.3], [0.1, 1.7], [4.0, 3.2]]
positive = [[0.2, 0.3], [0.9, 1.7], [4.0, 13.2]]
unit = [[0.1, 0.3], [0.55, 0.99], [0.7, 0.02]]
ps = [[0.05, 0.5], [0.3, 0.99]]
ls = dict(loc=[0.5, -1.0], scale=[0.7, 2.5])
for name in ("Normal", "Laplace", "Cauchy", "Gumbel"):
    case(name, some, ps, **ls)
case("LogNormal", positive, ps, **ls)
case("HalfNormal", positive, ps, scale=[0.7, 2.5])
case("HalfCauchy", positive, ps, scale=[0.7, 2.5])
case("StudentT", some, df=[1.5, 7.0], loc=[0.5, -1.0], scale=[0.7, 2.5])
case("Uniform", [[0.0, 1.5], [0.4, 2.0]], ps, low=[-0.5, 1.0], high=[0.5, 4.0])
case("Gamma", positive, concentration=[0.7, 3.5], rate=[0.4, 2.0])
case("Chi2", positive, df=[1.5, 6.0])
case("Exponential", positive, ps, rate=[0.7, 2.5])
case("Beta", unit, concentration1=[0.7, 3.5], concentration0=[0.4, 2.0])
case("Beta", unit, concentration1=[1.7, 3.5], concentration0=[1.4, 2.0])
case("Dirichlet", [[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]], concentration=[[0.7, 3.5, 1.0], [2.0, 3.0, 4.0]])
case("FisherSnedecor", positive, df1=[1.5, 6.0], df2=[3.5, 7.0])
case("Weibull", positive, ps, scale=[0.7, 2.5], concentration=[1.4, 3.0])
case("Pareto", [[0.8, 2.6], [3.0, 9.0]], ps, scale=[0.7, 2.5], alpha=[1.4, 3.0])
case("Kumaraswamy", unit, ps, concentration1=[1.7, 3.5], concentration0=[1.4, 2.0])
case("VonMises", some, loc=[0.5, -1.0], concentration=[0.7, 12.0])
counts = [[0.0, 3.0], [2.0, 1.0]]
for name in ("Bernoulli", "Geometric"):
    values = [[0.0, 1.0], [1.0, 0.0]] if name == "Bernoulli" else counts
    case(name, values, probs=[0.3, 0.85])
    case(name, values, logits=[-1.2, 2.3])
case("Binomial", counts, probs=[0.3, 0.85], fixed={"total_count": 5})
case("Binomial", counts, logits=[-1.2, 2.3], fixed={"total_count": 5})
case("NegativeBinomial", counts, total_count=[2.5, 4.0], probs=[0.3, 0.85])
case("NegativeBinomial", counts, total_count=[2.5, 4.0], logits=[-1.2, 0.3])
case("Poisson", counts, rate=[0.7, 12.5])
classes = [[0.2, 0.5, 0.3], [1.0, 4.0, 2.0]]
for key in ("probs", "logits"):
    case("Categorical", [[0, 2], [1, 1]], **{key: classes})
    case("OneHotCategorical", [[0, 1, 0], [0, 0, 1]], **{key: classes})
    case("Multinomial", [[1, 3, 1], [0, 5, 0]], **{key: classes}, fixed={"total_count": 5})
    case("RelaxedOneHotCategorical", [[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]], temperature=0.7, **{key: classes})
case("RelaxedBernoulli", unit, temperature=0.7, probs=[0.3, 0.85])
case("RelaxedBernoulli", unit, temperature=1.5, logits=[-1.2, 2.3])

spread = [[2.0, 0.3, -0.4], [0.3, 1.0, 0.2], [-0.4, 0.2, 1.5]]
for key, matrix in (("covariance_matrix", spread), ("precision_matrix", spread), ("scale_tril", [[1.2, 0.0, 0.0], [0.4, 0.7, 0.0], [-0.3, 0.5, 1.1]])):
    case("MultivariateNormal", [[0.1, 0.3, -2.0], [1.0, 0.0, 2.5]], loc=[0.5, -1.0, 2.0], **{key: matrix})

case("LowRankMultivariateNormal", [[0.1, 0.3, -2.0], [1.0, 0.0, 2.5]], loc=[0.5, -1.0, 2.0],
     cov_factor=[[1.2, 0.3], [0.4, 0.7], [-0.3, 0.5]], cov_diag=[0.5, 1.5, 0.8])
case("LowRankMultivariateNormal", [[0.1, 0.3], [1.0, 2.5]], loc=[[0.5, -1.0], [2.0, 1.0]], cov_factor=[[1.2], [-0.4]], cov_diag=[0.5, 1.5])
covariances = [[[2.0, 0.3, -0.4], [0.3, 1.0, 0.2], [-0.4, 0.2, 1.5]], [[5.0, 1.0, 0.0], [1.0, 4.0, -1.0], [0.0, -1.0, 6.0]]]
for key, matrix in (("covariance_matrix", spread), ("precision_matrix", spread), ("scale_tril", [[1.2, 0.0, 0.0], [0.4, 0.7, 0.0], [-0.3, 0.5, 1.1]])):
    case("Wishart", covariances, df=5.5, **{key: matrix})
case("Wishart", covariances, df=[3.5, 7.0], covariance_matrix=spread)
triangles = [[[1.0, 0.0, 0.0], [0.6, 0.8, 0.0], [0.0, -0.6, 0.8]], [[1.0, 0.0, 0.0], [-0.8, 0.6, 0.0], [0.48, 0.6, 0.64]]]
case("LKJCholesky", triangles, concentration=[0.7, 2.5], fixed={"dim": 3})
case("InverseGamma", positive, concentration=[0.7, 3.5], rate=[0.4, 2.0])
case("LogisticNormal", [[0.2, 0.3, 0.5], [0.6, 0.1, 0.3]], **ls)
for key, value in (("probs", [0.3, 0.85]), ("probs", [0.4995, 0.5003]), ("logits", [-1.2, 2.3])):
    case("ContinuousBernoulli", unit, ps, **{key: value})
case("GeneralizedPareto", [[0.6, 1.3], [1.1, 1.7], [4.0, 3.2]], ps, loc=[0.5, 1.0], scale=[0.7, 2.5], concentration=[0.3, -0.4])
case("GeneralizedPareto", [[0.6, 1.3], [1.1, 1.7]], ps, loc=[0.5, 1.0], scale=[0.7, 2.5], concentration=[0.0, 0.7])
case("OneHotCategoricalStraightThrough", [[0, 1, 0], [0, 0, 1]], probs=classes)

kl = []


def divergence(p, a, q, b):
    first, second = {k: leaf(v) for k, v in a.items()}, {k: leaf(v) for k, v in b.items()}
    result = D.kl_divergence(getattr(D, p)(**first), getattr(D, q)(**second))
    leaves = list(first.values()) + list(second.values())
    kl.append({"p": p, "a": {camel(k): numbers(v) for k, v in first.items()},
               "q": q, "b": {camel(k): numbers(v) for k, v in second.items()},
               "value": numbers(result), "gradients": [without_nan(g) for g in gradients(result, leaves)]})


def without_nan(g):
    """Where a divergence is infinite PyTorch has NaN as the gradient of some; it is 0 here."""
    return [without_nan(x) for x in g] if isinstance(g, list) else 0.0 if g == "NaN" else g


other = dict(loc=[1.5, 0.25], scale=[1.2, 0.5])
for name in ("Normal", "LogNormal", "Laplace", "Cauchy", "Gumbel"):
    divergence(name, ls, name, other)
divergence("HalfNormal", dict(scale=[0.7, 2.5]), "HalfNormal", dict(scale=[1.2, 0.5]))
divergence("Uniform", dict(low=[0.0, 1.0], high=[1.0, 2.0]), "Uniform", dict(low=[-1.0, 1.5], high=[3.0, 4.0]))
divergence("Pareto", dict(scale=[2.0, 3.0], alpha=[1.5, 2.5]), "Pareto", dict(scale=[1.0, 2.0], alpha=[2.5, 0.7]))
divergence("Exponential", dict(rate=[0.7, 2.5]), "Exponential", dict(rate=[1.2, 0.5]))
g, h = dict(concentration=[0.7, 3.5], rate=[0.4, 2.0]), dict(concentration=[1.7, 2.5], rate=[1.4, 0.3])
divergence("Gamma", g, "Gamma", h)
divergence("Exponential", dict(rate=[0.7, 2.5]), "Gamma", h)
divergence("Gamma", g, "Exponential", dict(rate=[1.2, 0.5]))
divergence("Chi2", dict(df=[1.5, 3.0]), "Chi2", dict(df=[2.5, 6.0]))
divergence("Beta", dict(concentration1=[0.7, 3.5], concentration0=[0.4, 2.0]), "Beta", dict(concentration1=[1.7, 0.5], concentration0=[1.4, 3.0]))
divergence("Dirichlet", dict(concentration=[[0.7, 3.5, 1.0]]), "Dirichlet", dict(concentration=[[2.0, 0.3, 4.0]]))
divergence("Bernoulli", dict(probs=[0.3, 0.85]), "Bernoulli", dict(logits=[-1.2, 2.3]))
divergence("Geometric", dict(probs=[0.3, 0.85]), "Geometric", dict(probs=[0.6, 0.2]))
divergence("Poisson", dict(rate=[0.7, 12.5]), "Poisson", dict(rate=[1.2, 0.5]))
divergence("Categorical", dict(probs=classes), "Categorical", dict(logits=[[0.1, 0.2, 0.3], [1.0, -1.0, 0.0]]))
divergence("OneHotCategorical", dict(probs=classes), "OneHotCategorical", dict(logits=[[0.1, 0.2, 0.3], [1.0, -1.0, 0.0]]))
divergence("Uniform", dict(low=[0.0, 1.0], high=[1.0, 2.0]), "Normal", ls)
divergence("MultivariateNormal", dict(loc=[0.5, -1.0, 2.0], covariance_matrix=spread),
           "MultivariateNormal", dict(loc=[0.0, 1.0, 1.0], scale_tril=[[1.2, 0.0, 0.0], [0.4, 0.7, 0.0], [-0.3, 0.5, 1.1]]))
lowrank = lambda shift: dict(loc=[0.5 + shift, -1.0, 2.0], cov_factor=[[1.2, 0.3 + shift], [0.4, 0.7], [-0.3, 0.5]], cov_diag=[0.5, 1.5 + shift, 0.8])
divergence("LowRankMultivariateNormal", lowrank(0.0), "LowRankMultivariateNormal", lowrank(0.4))
divergence("LowRankMultivariateNormal", lowrank(0.0), "MultivariateNormal", dict(loc=[0.0, 1.0, 1.0], covariance_matrix=spread))
divergence("MultivariateNormal", dict(loc=[0.0, 1.0, 1.0], covariance_matrix=spread), "LowRankMultivariateNormal", lowrank(0.4))
divergence("ContinuousBernoulli", dict(probs=[0.3, 0.85]), "ContinuousBernoulli", dict(logits=[-1.2, 2.3]))

# Those of two kinds. Where PyTorch gives infinity although the uniform distribution covers [0, 1] just so, the numbers are others.
kinds = {
    "Beta": dict(concentration1=[0.7, 3.5], concentration0=[0.4, 2.0]),
    "ContinuousBernoulli": dict(probs=[0.3, 0.85]),
    "Exponential": dict(rate=[1.2, 0.5]),
    "Gamma": dict(concentration=[1.7, 2.5], rate=[1.4, 0.3]),
    "Gumbel": dict(loc=[0.5, -1.0], scale=[0.7, 2.5]),
    "Laplace": dict(loc=[0.5, -1.0], scale=[0.7, 2.5]),
    "Normal": dict(loc=[1.5, 0.25], scale=[1.2, 0.5]),
    "Pareto": dict(scale=[0.2, 2.0], alpha=[2.5, 3.7]),
    "Uniform": dict(low=[0.25, 0.4], high=[0.75, 0.9]),
    "Bernoulli": dict(probs=[0.3, 0.85]),
    "Poisson": dict(rate=[0.7, 12.5]),
}
registered = {(p.__name__, q.__name__) for p, q in torch.distributions.kl._KL_REGISTRY}
for p, a in kinds.items():
    for q, b in kinds.items():
        if p != q and (p, q) in registered and (p, q) != ("Uniform", "Normal") and (p, q) not in (("Exponential", "Gamma"), ("Gamma", "Exponential")):
            divergence(p, a, q, b)
around = dict(low=[-0.25, -1.4], high=[1.75, 1.9])
for p in ("Beta", "Normal"):
    divergence(p, kinds[p], "Uniform", around)
for q in ("Beta", "Exponential", "Gamma", "Gumbel", "Pareto"):
    divergence("Uniform", dict(low=[-0.25, 2.5], high=[0.75, 3.0]), q, kinds[q])
for q in ("Exponential", "Gamma", "Normal"):
    divergence("Pareto", dict(scale=[0.2, 2.0], alpha=[0.9, 1.0]), q, kinds[q])

transforms = []
for name, args, x in (
    ("ExpTransform", [], some), ("AffineTransform", [1.5, -2.0], some), ("SigmoidTransform", [], some), ("TanhTransform", [], unit),
    ("SoftplusTransform", [], some), ("PowerTransform", [2.5], positive), ("StickBreakingTransform", [], some),
):
    if name == "PowerTransform":
        t = D.transforms.PowerTransform(torch.tensor(args[0]))
    else:
        t = getattr(D.transforms, name)(*args)
    x = torch.tensor(x)
    y = t(x)
    transforms.append({"name": name, "args": args, "x": numbers(x), "y": numbers(y), "slope": numbers(t.log_abs_det_jacobian(x, y))})

T = D.transforms
parts = []
square = [[0.3, -1.2, 0.4], [1.0, 0.2, -0.5], [0.1, 0.7, -0.9]]
for name, t, x, has_slope in (
    ("abs", T.AbsTransform(), some, False),
    ("cdf", T.CumulativeDistributionTransform(D.Normal(torch.tensor(0.5), torch.tensor(2.0))), some, True),
    ("independent", T.IndependentTransform(T.ExpTransform(), 1), some, True),
    ("reshape", T.ReshapeTransform((2,), (2, 1)), some, True),
    ("cat", T.CatTransform([T.ExpTransform(), T.AffineTransform(0.5, -2.0)], dim=1, lengths=[2, 1]), square, True),
    ("stack", T.StackTransform([T.ExpTransform(), T.SigmoidTransform(), T.TanhTransform()], dim=1), square, True),
    ("lower", T.LowerCholeskyTransform(), square, False),
    ("definite", T.PositiveDefiniteTransform(), square, False),
    ("correlation", T.CorrCholeskyTransform(), square, True),
):
    x = torch.tensor(x)
    y = t(x)
    parts.append({"name": name, "x": numbers(x), "y": numbers(y), "back": numbers(t.inv(y)),
                  "slope": numbers(t.log_abs_det_jacobian(x, y)) if has_slope else None})
composed = {}
base = D.Normal(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.5]))
flow = D.TransformedDistribution(base, [D.transforms.AffineTransform(1.0, -0.5), D.transforms.SigmoidTransform()])
composed["flow"] = {"logProb": numbers(flow.log_prob(torch.tensor(unit))), "cdf": numbers(flow.cdf(torch.tensor(unit))),
                    "icdf": numbers(flow.icdf(torch.tensor(ps)))}
independent = D.Independent(D.Normal(torch.tensor([0.5, -1.0]), torch.tensor([0.7, 2.5])), 1)
composed["independent"] = {"logProb": numbers(independent.log_prob(torch.tensor(some))), "entropy": numbers(independent.entropy())}
weights = torch.tensor([0.3, 0.7]).requires_grad_()
mixture = D.MixtureSameFamily(D.Categorical(weights), base)
at = torch.tensor([-2.0, 0.3, 4.0])
result = mixture.log_prob(at)
composed["mixture"] = {"logProb": numbers(result), "gradient": numbers(torch.autograd.grad(weighted(result), weights)[0]),
                       "cdf": numbers(mixture.cdf(at)), "mean": numbers(mixture.mean), "variance": numbers(mixture.variance)}
a = torch.tensor([0.1, 0.5, 1.0, 3.0, 7.9, 9.0, 50.0, 50.0, 50.0])
x = torch.tensor([0.02, 0.7, 0.9, 4.0, 5.0, 8.7, 30.0, 52.0, 80.0])
gamma = {"alpha": numbers(a), "x": numbers(x), "gradient": numbers(torch._standard_gamma_grad(a, x))}
out = {"torch": torch.__version__.split("+")[0], "cases": cases, "kl": kl, "transforms": transforms, "parts": parts, "composed": composed, "gamma": gamma}
path = pathlib.Path(__file__).with_name("distributions.json")
path.write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(f"{path.name}: {path.stat().st_size} bytes, {len(cases)} distributions, {len(kl)} divergences")
