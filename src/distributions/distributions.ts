/** The names in `distributions`; PyTorch's torch.distributions. */
export {
  Bernoulli,
  Geometric,
  RelaxedBernoulli,
  type ProbsOptions,
  type RelaxedOptions,
} from "./bernoulli.js";
export {
  Categorical,
  Multinomial,
  OneHotCategorical,
  RelaxedOneHotCategorical,
  type ClassOptions,
  type MultinomialOptions,
} from "./categorical.js";
export type { Constraint } from "./constraint.js";
export { Binomial, NegativeBinomial, Poisson, type CountOptions } from "./counts.js";
export { Distribution, type DistributionOptions, type Numeric } from "./distribution.js";
export {
  Beta,
  Chi2,
  Dirichlet,
  Exponential,
  FisherSnedecor,
  Gamma,
  type BetaOptions,
  type Chi2Options,
  type DirichletOptions,
  type FisherSnedecorOptions,
  type GammaOptions,
  type RateOptions,
} from "./gamma.js";
export {
  Independent,
  MixtureSameFamily,
  type IndependentOptions,
  type MixtureOptions,
} from "./independent.js";
export { klDivergence, registerKl } from "./kl.js";
export {
  Cauchy,
  Gumbel,
  HalfCauchy,
  Laplace,
  StudentT,
  Uniform,
  type StudentTOptions,
  type UniformOptions,
} from "./location-scale.js";
export { MultivariateNormal, type MultivariateNormalOptions } from "./multivariate-normal.js";
export { HalfNormal, LogNormal, Normal, type LocScaleOptions, type ScaleOptions } from "./normal.js";
export { Kumaraswamy, Pareto, Weibull, type ParetoOptions, type WeibullOptions } from "./power.js";
export { TransformedDistribution, type TransformedOptions } from "./transformed.js";
export {
  AffineTransform,
  ComposeTransform,
  ExpTransform,
  PowerTransform,
  SigmoidTransform,
  SoftmaxTransform,
  SoftplusTransform,
  StickBreakingTransform,
  TanhTransform,
  Transform,
} from "./transforms.js";
export { VonMises, type VonMisesOptions } from "./von-mises.js";
