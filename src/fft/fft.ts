/**
 * The namespace `fft` (torch.fft). A complex number is a last dim of size 2, as PyTorch's `view_as_real` has it, and dims are counted without
 * it: `fft`, `ifft`, `irfft`, `hfft` and their like take complex numbers [..., N, 2] and count dim −1 as the N; what takes real
 * numbers is `rfft` and `ihfft`. A real x becomes complex by `fft.complex(x)`.
 */
export {
  fft,
  type FftNorm,
  type FftnOptions,
  type FftOptions,
  hfft,
  ifft,
  ihfft,
  irfft,
  rfft,
} from "./along-dim.js";
export { abs, angle, complex, conj } from "./complex.js";
export { fftfreq, fftshift, ifftshift, rfftfreq } from "./frequencies.js";
export {
  fft2,
  fftn,
  hfft2,
  hfftn,
  ifft2,
  ifftn,
  ihfft2,
  ihfftn,
  irfft2,
  irfftn,
  rfft2,
  rfftn,
} from "./over-dims.js";
