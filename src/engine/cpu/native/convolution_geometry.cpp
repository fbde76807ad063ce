// Sizes of a decoded convolution, checked.
#include "convolution_geometry.h"

namespace cellgrad {
namespace CG_ISA {

const char* convolutionOf(const CallView& x, const CallView& w, const CallView& y, const int64_t* attributes, Convolution& conv) {
  constexpr int64_t kMost = int64_t(1) << 31;
  if (!x.wanted || !w.wanted || !y.wanted) return "a convolution's call lacks its result";
  if (x.dims.count != 5 || w.dims.count != 5 || y.dims.count != 5) return "a convolution's call has values of five dims";
  if ((x.dtype != kFloat32 && x.dtype != kFloat64) || w.dtype != x.dtype || y.dtype != x.dtype) return "a convolution's call has values of one float dtype";
  for (int i = 0; i < 13; i++)
    if (attributes[i] <= -kMost || attributes[i] >= kMost) return "a convolution's call has an attribute that is too large";
  conv.groups = attributes[9];
  if (conv.groups < 1) return "a convolution's call has no groups";
  conv.batch = x.dims.size[0];
  conv.channels = w.dims.size[1];
  conv.outputs = w.dims.size[0] / conv.groups;
  conv.taps = 1;
  double whole = double(conv.batch) * double(w.dims.size[0]) * double(w.dims.size[1]);
  for (int d = 0; d < 3; d++) {
    conv.x[d] = x.dims.size[d + 2];
    conv.k[d] = w.dims.size[d + 2];
    conv.y[d] = y.dims.size[d + 2];
    conv.stride[d] = attributes[d];
    conv.padding[d] = attributes[3 + d];
    conv.dilation[d] = attributes[6 + d];
    if (conv.stride[d] < 1 || conv.dilation[d] < 1) return "a convolution's call has a stride or dilation below 1";
    if (double(conv.k[d]) * double(conv.dilation[d]) >= double(kMost)) return "a convolution's call sees too far";
    // What of an image is read is stored padded, whatever the sizes of a program are.
    const double apart = double(least(conv.k[d], conv.stride[d]));
    whole *= double(conv.x[d] + conv.k[d] + 3) + (double(conv.y[d] + 3) + double(conv.k[d]) * double(conv.dilation[d]) / double(conv.stride[d])) * apart;
    conv.taps *= conv.k[d];
  }
  if (whole > 1e17) return "a convolution's call is too large";
  if (w.dims.size[0] % conv.groups != 0 || x.dims.size[1] != conv.channels * conv.groups || y.dims.size[1] != w.dims.size[0] || y.dims.size[0] != conv.batch)
    return "a convolution's call has channels or images that do not fit";
  return nullptr;
}

}  // namespace CG_ISA
}  // namespace cellgrad
