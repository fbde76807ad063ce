"""
Records what PyTorch makes of products, factorizations and transforms: values, and gradients of the first and second order with respect to
all floating inputs, in float64. What is only determined up to signs is recorded as what does not depend on them.

    python test/golden/make_linalg.py
"""
import json
import math
import pathlib

import torch

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)


def rand(*shape):
    return torch.randn(shape).mul(64).round().div(64)


def positive(*shape):
    a = rand(*shape)
    return (a @ a.mT + torch.eye(shape[-1])).mul(64).round().div(64)


def symmetric(*shape):
    a = rand(*shape)
    return a + a.mT


def far(*shape):
    """Square, and far from singular."""
    return rand(*shape) + 3 * torch.eye(shape[-1])


def by_real_part(values, vectors):
    """Eigenvalues by rising real part, conjugates with the positive imaginary part first, and the magnitudes of their vectors."""
    order = sorted(range(len(values)), key=lambda i: (round(values[i].real.item(), 9), abs(values[i].imag.item()), -values[i].imag.item()))
    return values[order], vectors[:, order].abs().square()


L = torch.linalg
T = torch.fft
c = torch.view_as_complex


cases = {
    # Products
    "mv": (torch.mv, rand(3, 4), rand(4)),
    "dot": (torch.dot, rand(5), rand(5)),
    "vdot": (torch.vdot, rand(5), rand(5)),
    "ger": (torch.ger, rand(3), rand(4)),
    "inner": (torch.inner, rand(2, 3), rand(4, 5, 3)),
    "innerOfNumber": (torch.inner, rand(2, 3), rand()),
    "addmm": (lambda x, a, b: torch.addmm(x, a, b, beta=0.5, alpha=2), rand(4), rand(3, 2), rand(2, 4)),
    "addmv": (lambda x, a, b: torch.addmv(x, a, b, beta=0.5, alpha=2), rand(3), rand(3, 2), rand(2)),
    "addr": (lambda x, a, b: torch.addr(x, a, b, beta=0.5, alpha=2), rand(3, 1), rand(3), rand(2)),
    "addbmm": (lambda x, a, b: torch.addbmm(x, a, b, beta=0.5, alpha=2), rand(3, 4), rand(5, 3, 2), rand(5, 2, 4)),
    "baddbmm": (lambda x, a, b: torch.baddbmm(x, a, b, beta=0.5, alpha=2), rand(1, 3, 1), rand(5, 3, 2), rand(5, 2, 4)),
    "addmmBetaZero": (lambda x, a, b: torch.addmm(x, a, b, beta=0), rand(4), rand(3, 2), rand(2, 4)),
    "chainMatmul": (lambda a, b, c: torch.chain_matmul(a, b, c), rand(2, 7), rand(7, 3), rand(3, 5)),
    "multiDot": (lambda a, b, c, d: L.multi_dot([a, b, c, d]), rand(7), rand(7, 3), rand(3, 5), rand(5)),
    "tensordot": (torch.tensordot, rand(2, 3, 4), rand(3, 4, 5)),
    "tensordot0": (lambda a, b: torch.tensordot(a, b, 0), rand(2, 3), rand(4)),
    "tensordotDims": (lambda a, b: torch.tensordot(a, b, ([0, 2], [2, 1])), rand(2, 3, 4), rand(5, 4, 2)),
    "kron": (torch.kron, rand(2, 3), rand(2, 1, 2)),
    "cross": (torch.cross, rand(3, 2), rand(3, 2)),
    "crossLast": (lambda a, b: L.cross(a, b), rand(2, 3), rand(1, 3)),
    "vecdot": (lambda a, b: L.vecdot(a, b), rand(2, 3), rand(3)),
    "vecdotDim": (lambda a, b: L.vecdot(a, b, dim=0), rand(2, 3), rand(2, 3)),
    "cdist": (torch.cdist, rand(4, 3), rand(2, 5, 3)),
    "cdist1": (lambda a, b: torch.cdist(a, b, 1), rand(4, 3), rand(5, 3)),
    "cdist3": (lambda a, b: torch.cdist(a, b, p=3), rand(4, 3), rand(5, 3)),
    "cdistMax": (lambda a, b: torch.cdist(a, b, math.inf), rand(4, 3), rand(5, 3)),
    "cdist0": (lambda a, b: torch.cdist(a, b, 0), rand(4, 3), rand(5, 3)),
    "cdistMany": (torch.cdist, rand(30, 3), rand(26, 3)),
    "pdist": (torch.pdist, rand(5, 3)),
    "pdist1": (lambda a: torch.pdist(a, 1), rand(5, 3)),
    "trapezoid": (torch.trapezoid, rand(3, 4)),
    "trapezoidDx": (lambda y: torch.trapezoid(y, dx=0.5, dim=0), rand(3, 4)),
    "trapezoidX": (torch.trapezoid, rand(3, 4), rand(4)),
    "trapezoidXs": (lambda y, x: torch.trapezoid(y, x, dim=0), rand(3, 4), rand(3, 1)),
    "cumulativeTrapezoid": (torch.cumulative_trapezoid, rand(3, 4), rand(4)),
    "renorm": (lambda x: torch.renorm(x, 2, 1, 1.5), rand(3, 4)),
    "renorm1": (lambda x: torch.renorm(x, 1, 0, 2.0), rand(3, 4, 2)),
    "cov": (torch.cov, rand(3, 6)),
    "covOfOne": (torch.cov, rand(6)),
    "covWeights": (
        lambda x, w: torch.cov(x, correction=0, fweights=torch.tensor([1, 2, 3, 1, 1, 2]), aweights=w),
        rand(3, 6),
        rand(6).abs() + 0.1,
    ),
    "covCorrected": (
        lambda x, w: torch.cov(x, correction=1, fweights=torch.tensor([1, 2, 3, 1, 1, 2]), aweights=w),
        rand(3, 6),
        rand(6).abs() + 0.1,
    ),
    "corrcoef": (torch.corrcoef, rand(3, 6)),
    "blockDiag": (lambda a, b, c: torch.block_diag(a, b, c), rand(2, 3), rand(2), rand()),
    "cartesianProd": (lambda a, b, c: torch.cartesian_prod(a, b, c), rand(2), rand(3), rand(2)),
    "combinations": (torch.combinations, rand(4)),
    "combinations3": (lambda a: torch.combinations(a, 3, True), rand(3)),
    "vander": (torch.vander, rand(4)),
    "vanderRising": (lambda a: torch.vander(a, 3, increasing=True), rand(4)),
    "vanderLinalg": (lambda a: L.vander(a, N=3), rand(2, 4)),
    "matrixPower": (lambda a: torch.matrix_power(a, 3), rand(2, 3, 3)),
    "matrixPower0": (lambda a: torch.matrix_power(a, 0) * a, rand(3, 3)),
    "matrixPowerMinus": (lambda a: torch.matrix_power(a, -2), far(3, 3)),
    "matrixExp": (torch.matrix_exp, rand(2, 3, 3)),
    "matrixExpLarge": (torch.matrix_exp, rand(4, 4) * 3),
    "einsumDiagonal": (lambda a: torch.einsum("...ii->...i", a), rand(2, 3, 3)),
    "einsumThree": (lambda a, b, c: torch.einsum("ij,jk,kl->il", a, b, c), rand(2, 3), rand(3, 4), rand(4, 2)),
    "einsumList": (lambda a, b: torch.einsum(a, [0, 1], b, [1, 2], [2, 0]), rand(2, 3), rand(3, 4)),
    "einsumDots": (lambda a, b: torch.einsum(a, [..., 0], b, [0, 1]), rand(2, 3), rand(3, 4)),
    # Factorizations
    "inv": (L.inv, far(2, 3, 3)),
    "inverse": (torch.inverse, far(3, 3)),
    "solve": (L.solve, far(2, 3, 3), rand(3, 2)),
    "solveVector": (L.solve, far(3, 3), rand(3)),
    "solveRight": (lambda a, b: L.solve(a, b, left=False), far(3, 3), rand(2, 3)),
    "solveEx": (lambda a, b: L.solve_ex(a, b), far(3, 3), rand(3, 2)),
    "solveTriangular": (lambda a, b: L.solve_triangular(a, b, upper=True), far(2, 3, 3), rand(3, 2)),
    "solveTriangularRight": (
        lambda a, b: L.solve_triangular(a, b, upper=False, left=False, unitriangular=True),
        far(3, 3),
        rand(2, 3),
    ),
    "det": (torch.det, far(2, 3, 3)),
    "detNegative": (torch.det, rand(3, 3)),
    "slogdet": (lambda a: torch.slogdet(a), rand(3, 3)),
    "logdet": (torch.logdet, positive(3, 3)),
    "cholesky": (lambda a: L.cholesky(a @ a.mT + torch.eye(3)), rand(2, 3, 3)),
    "choleskyUpper": (lambda a: L.cholesky(a @ a.mT + torch.eye(3), upper=True), rand(3, 3)),
    "choleskyMethod": (lambda a: torch.cholesky(a @ a.mT + torch.eye(3)), rand(3, 3)),
    "choleskyInverse": (lambda a: torch.cholesky_inverse(a.tril()), far(3, 3)),
    "choleskySolve": (lambda b, a: torch.cholesky_solve(b, a.triu(), upper=True), rand(3, 2), far(3, 3)),
    "qr": (lambda a: L.qr(a), rand(2, 4, 3)),
    "qrWide": (lambda a: L.qr(a), rand(3, 5)),
    "qrSquare": (lambda a: L.qr(a, mode="complete"), rand(3, 3)),
    "qrComplete": (lambda a: [L.qr(a, mode="complete")[0].detach(), L.qr(a, mode="complete")[1].detach()], rand(4, 2)),
    "householderProduct": (lambda a, t: L.householder_product(a, t), rand(4, 3), rand(3).abs()),
    "lu": (lambda a: L.lu(a), rand(4, 4)),
    "luTall": (lambda a: L.lu(a)[1:], rand(5, 3)),
    "luWide": (lambda a: L.lu(a)[1:], rand(3, 5)),
    "luFactor": (lambda a: L.lu_factor(a), rand(2, 3, 3)),
    "luUnpack": (lambda a: torch.lu_unpack(*L.lu_factor(a)), rand(2, 3, 3)),
    "luSolve": (lambda a, b: L.lu_solve(*L.lu_factor(a), b), far(3, 3), rand(3, 2)),
    "luSolveAdjoint": (lambda a, b: L.lu_solve(*L.lu_factor(a), b, left=False, adjoint=True), far(3, 3), rand(2, 3)),
    "eigh": (lambda a: [L.eigh(a + a.mT)[0], L.eigh(a + a.mT)[1] ** 2], rand(2, 4, 4)),
    "eigvalsh": (lambda a: L.eigvalsh(a + a.mT, UPLO="U"), rand(4, 4)),
    "svd": (lambda a: [s ** 2 for s in L.svd(a, full_matrices=False)], rand(2, 4, 3)),
    "svdWide": (lambda a: [s ** 2 for s in L.svd(a, full_matrices=False)], rand(3, 5)),
    "svdFull": (lambda a: (lambda u, s, vh: [u[:, :3] ** 2, s, vh])(*L.svd(a))[:2], rand(5, 3)),
    "svdvals": (L.svdvals, rand(4, 3)),
    "pinv": (lambda a: L.pinv(a), rand(2, 4, 3)),
    "pinvWide": (lambda a: L.pinv(a), rand(3, 5)),
    "pinvHermitian": (lambda a: L.pinv(a + a.mT, hermitian=True), far(3, 3)),
    "matrixRank": (lambda a: L.matrix_rank(a), torch.tensor([[1.0, 2.0], [2.0, 4.0]])),
    "matrixRankTol": (lambda a: L.matrix_rank(a, atol=1.0, rtol=0.0), torch.diag(torch.tensor([3.0, 2.0, 0.5]))),
    "cond": (L.cond, far(3, 3)),
    "condFro": (lambda a: L.cond(a, "fro"), far(3, 3)),
    "cond1": (lambda a: L.cond(a, 1), far(3, 3)),
    "lstsq": (lambda a, b: L.lstsq(a, b)[:1], rand(5, 3), rand(5, 2)),
    "lstsqWide": (lambda a, b: L.lstsq(a, b)[:1], rand(3, 5), rand(3, 2)),
    "lstsqGelsd": (lambda a, b: [x.detach() for x in L.lstsq(a, b, driver="gelsd")], rand(5, 3), rand(5, 2)),
    "tensorinv": (lambda a: L.tensorinv(a, ind=2), rand(2, 3, 6)),
    "tensorsolve": (lambda a, b: L.tensorsolve(a, b), rand(2, 3, 6), rand(2, 3)),
    "tensorsolveDims": (lambda a, b: L.tensorsolve(a, b, dims=(0,)), rand(6, 2, 3), rand(2, 3)),
    # Norms
    "vectorNorm3": (lambda x: L.vector_norm(x, 3, dim=1), rand(3, 4)),
    "vectorNormAll": (lambda x: L.vector_norm(x), rand(3, 4)),
    "matrixNorm": (lambda x: L.matrix_norm(x), rand(2, 3, 4)),
    "matrixNormNuc": (lambda x: L.matrix_norm(x, "nuc"), rand(2, 3, 4)),
    "matrixNorm2": (lambda x: L.matrix_norm(x, 2, dim=(0, 2), keepdim=True), rand(2, 3, 4)),
    "matrixNormMin2": (lambda x: L.matrix_norm(x, -2), rand(3, 4)),
    "matrixNorm1": (lambda x: L.matrix_norm(x, 1), rand(2, 3, 4)),
    "matrixNormMinInf": (lambda x: L.matrix_norm(x, -math.inf, keepdim=True), rand(2, 3, 4)),
    "normOfVector": (lambda x: L.norm(x, 1), rand(4)),
    "normOfMatrix": (lambda x: L.norm(x, math.inf), rand(3, 4)),
    "normOfAll": (lambda x: L.norm(x), rand(2, 3, 4)),
    "diagonal": (lambda x: L.diagonal(x, offset=1), rand(2, 3, 4)),
    # Transforms: complex numbers are a last dim of size 2.
    "fft": (lambda x: T.fft(c(x)), rand(2, 6, 2)),
    "fftDim": (lambda x: T.fft(c(x), n=4, dim=0, norm="ortho"), rand(5, 3, 2)),
    "ifft": (lambda x: T.ifft(c(x), n=7), rand(5, 2)),
    "rfft": (lambda x: T.rfft(x), rand(2, 6)),
    "rfftOdd": (lambda x: T.rfft(x, n=5, dim=0, norm="forward"), rand(6, 2)),
    "irfft": (lambda x: T.irfft(c(x)), rand(2, 4, 2)),
    "irfftOdd": (lambda x: T.irfft(c(x), n=7, norm="forward"), rand(4, 2)),
    "hfft": (lambda x: T.hfft(c(x), n=6), rand(2, 4, 2)),
    "ihfft": (lambda x: T.ihfft(x), rand(2, 6)),
    "fft2": (lambda x: T.fft2(c(x)), rand(2, 3, 4, 2)),
    "ifft2": (lambda x: T.ifft2(c(x), s=(2, 5)), rand(3, 4, 2)),
    "fftn": (lambda x: T.fftn(c(x), norm="ortho"), rand(2, 3, 4, 2)),
    "rfft2": (lambda x: T.rfft2(x), rand(2, 3, 4)),
    "irfft2": (lambda x: T.irfft2(c(x)), rand(2, 3, 4, 2)),
    "rfftn": (lambda x: T.rfftn(x, s=(2, 5)), rand(2, 3, 4)),
    "irfftn": (lambda x: T.irfftn(c(x), s=(3, 5)), rand(3, 3, 2)),
    "fftshift": (lambda x: T.fftshift(x), rand(3, 4)),
    "ifftshift": (lambda x: T.ifftshift(x, dim=0), rand(3, 4)),
    "stft": (lambda x, w: torch.stft(x, 8, 3, 6, w, return_complex=True), rand(2, 20), rand(6)),
    "stftBoth": (lambda x: torch.stft(x, 5, center=False, normalized=True, onesided=False, return_complex=True), rand(11)),
    "stftAligned": (lambda x, w: torch.stft(x, 8, 2, 4, w, center=False, return_complex=True, align_to_window=True), rand(13), rand(4)),
    "stftCircular": (lambda x, w: torch.stft(x, 6, 4, 5, w, pad_mode="circular", return_complex=True), rand(13), rand(5)),
    "istft": (lambda z, w: torch.istft(c(z), 8, 2, 6, w), rand(2, 5, 6, 2), rand(6).abs() + 1),
    "istftBoth": (lambda z: torch.istft(c(z), 4, center=False, normalized=True, onesided=False, return_complex=True), rand(4, 5, 2)),
    "istftShort": (lambda z, w: torch.istft(c(z), 6, 2, window=w, length=7), rand(4, 6, 2), rand(6).abs() + 1),
    "istftReal": (lambda z: torch.istft(c(z), 6, 2, onesided=False), rand(6, 4, 2)),
    "eig": (lambda a: by_real_part(*L.eig(a)), rand(5, 5)),
    "eigReal": (lambda a: by_real_part(*L.eig(a)), rand(3, 3) + torch.diag(torch.tensor([9.0, 0.0, -9.0]))),
    "eigvals": (lambda a: by_real_part(L.eigvals(a), torch.zeros(4, 4))[0], rand(4, 4)),
    # Names of old
    "frobeniusNorm": (lambda a: torch.frobenius_norm(a, [0, 2], True), rand(2, 3, 4)),
    "frobeniusNormOfDim": (lambda a: torch.frobenius_norm(a, 1), rand(2, 3, 4)),
    "frobeniusNormOfAll": (lambda a: torch.frobenius_norm(a, []), rand(2, 3, 4)),
    "nuclearNorm": (lambda a: torch.nuclear_norm(a, True), rand(3, 4)),
    "nuclearNormOfDims": (lambda a: torch.nuclear_norm(a, [0, 1]), rand(3, 2, 4)),
    "normExceptDim": (lambda a: torch.norm_except_dim(a, 2, 1), rand(2, 3, 4)),
    "normExceptDim3": (lambda a: torch.norm_except_dim(a, 3), rand(2, 3, 4)),
    "normExceptNone": (lambda a: torch.norm_except_dim(a, 2, -1), rand(2, 3)),
    "normExceptDimOfVector": (lambda a: torch.norm_except_dim(a), rand(4)),
    "prelu": (torch.prelu, rand(2, 3, 4), rand(3)),
    "preluMethod": (lambda a, w: a.prelu(w), rand(2, 3), rand(1)),
    "geqrf": (torch.geqrf, rand(2, 4, 3)),
    "geqrfWide": (torch.geqrf, rand(3, 5)),
    "orgqr": (torch.orgqr, rand(4, 3), rand(2)),
    "ormqr": (torch.ormqr, rand(4, 3), rand(3), rand(4, 2)),
    "ormqrRight": (lambda a, t, c: torch.ormqr(a, t, c, False, True), rand(2, 4, 4), rand(2, 4), rand(2, 3, 4)),
    "triangularSolve": (torch.triangular_solve, rand(3, 2), far(3, 3)),
    "triangularSolveTransposed": (
        lambda b, a: torch.triangular_solve(b, a, upper=False, transpose=True, unitriangular=True),
        rand(2, 3, 2),
        far(3, 3),
    ),
}

only_values = {"choleskyInverse", "qrComplete", "matrixRank", "matrixRankTol", "lstsqGelsd", "vander", "vanderRising", "vanderLinalg", "geqrf", "geqrfWide"}  # PyTorch has no gradient of them



def entry(x):
    kind = {torch.float64: "float64", torch.int64: "int64", torch.int32: "int32", torch.bool: "bool"}[x.dtype]
    # Signs are taken of what is not complex alone; complex results are a last dim of size 2.
    return {"dtype": kind, "shape": list(x.shape), "data": x.detach().reshape(-1).tolist()}


def plain(x):
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else x


def weighted(outputs):
    total = torch.zeros(())
    for y in outputs:
        if y.dtype == torch.float64 and y.requires_grad:
            total = total + (y.reshape(-1) * torch.cos(torch.arange(1.0, y.numel() + 1))).sum()
    return total


def record(name, f, inputs):
    inputs = [x.detach().clone().requires_grad_(x.dtype == torch.float64) for x in inputs]
    result = f(*inputs)
    outputs = [plain(y) for y in (result if isinstance(result, (tuple, list)) else [result])]
    found = {"inputs": [entry(x) for x in inputs], "outputs": [entry(y) for y in outputs]}
    if name in only_values:
        return found
    leaves = [x for x in inputs if x.requires_grad]
    try:
        first = torch.autograd.grad(
            weighted(outputs), leaves, create_graph=True, allow_unused=True, materialize_grads=True
        )
    except RuntimeError as error:
        # Some of PyTorch's functions change in place what their gradients need.
        print(name, "has no gradient:", str(error)[:100])
        return found
    found["first"] = [entry(g) for g in first]
    try:
        twice = weighted(first)
        if twice.requires_grad:
            second = torch.autograd.grad(twice, leaves, allow_unused=True, materialize_grads=True)
            found["second"] = [entry(g) for g in second]
    except RuntimeError as error:
        # Some of PyTorch's backward functions have no gradient of their own.
        print(name, str(error).split("\n")[0])
    return found


out = {name: record(name, case[0], case[1:]) for name, case in cases.items()}
path = pathlib.Path(__file__).with_name("linalg.json")
path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in out.items()) + "\n}\n")
