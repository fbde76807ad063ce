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
  OneHotCategoricalStraightThrough,
  RelaxedOneHotCategorical,
  type ClassOptions,
  type MultinomialOptions,
} from "./categorical.js";
export type { Constraint } from "./constraint.js";
export * as constraints from "./constraints.js";
export { ContinuousBernoulli, type ContinuousBernoulliOptions } from "./continuous-bernoulli.js";
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
export { GeneralizedPareto, type GeneralizedParetoOptions } from "./generalized-pareto.js";
export {
  Independent,
  MixtureSameFamily,
  type IndependentOptions,
  type MixtureOptions,
} from "./independent.js";
export { InverseGamma, LogisticNormal } from "./inverse-gamma.js";
import "./kl-unlike.js";

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
export {
  LowRankMultivariateNormal,
  type LowRankMultivariateNormalOptions,
} from "./low-rank-multivariate-normal.js";
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
export {
  AbsTransform,
  CatTransform,
  CorrCholeskyTransform,
  CumulativeDistributionTransform,
  IndependentTransform,
  LowerCholeskyTransform,
  PositiveDefiniteTransform,
  ReshapeTransform,
  StackTransform,
} from "./transforms-of-parts.js";
export { VonMises, type VonMisesOptions } from "./von-mises.js";
export { LKJCholesky, type LkjCholeskyOptions, Wishart, type WishartOptions } from "./wishart.js";
