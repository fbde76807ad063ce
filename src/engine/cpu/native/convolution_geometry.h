// What the kernels of convolution have in common (src/primitives/convolution.ts): sizes, and how the images that a piece of work reads are laid
// out in scratch memory. There an image is padded, and the elements that a stride skips lie apart from those that it hits ("phases"). So what tap k
// sees of output o lies at base(o) + offset(k), and neighbouring outputs see neighbours, whatever stride, padding and dilation are.
#pragma once
#include <string.h>

#include "call_views.h"
#include "vector.h"

namespace cellgrad {
namespace CG_ISA {

struct Convolution {
  int64_t batch, groups;
  int64_t channels, outputs;  // of x and of y in one group
  int64_t x[3], y[3], k[3], stride[3], padding[3], dilation[3];
  int64_t taps;  // k[0] * k[1] * k[2]
};

/// The convolution that a call is about, of its values x, w and y.
/// @return what is wrong with it, or null
const char* convolutionOf(const CallView& x, const CallView& w, const CallView& y, const int64_t* attributes, Convolution& conv);

namespace {

inline int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }
inline int64_t ceilDivide(int64_t a, int64_t b) { return -floorDivide(-a, b); }
inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
inline int64_t greatest(int64_t a, int64_t b) { return a > b ? a : b; }
inline int64_t volume(const int64_t* size) { return size[0] * size[1] * size[2]; }

/// Elements of a band of an image that the second-level cache should hold.
constexpr int64_t kBandElements = 48 * 1024;

/// Where the images that are read lie in scratch memory: [image][channel][phase][d][h][w].
struct Source {
  int64_t channels, groups;
  int64_t size[3];    // of the tensor that is read
  int64_t step[3];    // element u of phase f along a dim is number u * step + origin(f) of the tensor
  int64_t dilation[3], first[3];
  int64_t phases[3];
  int64_t count[3];   // outputs along each dim, which are cut into bands along `band`
  int64_t extra[3];   // along a dim n outputs see n + extra elements
  int64_t band, bandLength, bands;
  int64_t extent[3];  // of one band
  int64_t phase, channel, image;  // elements from one to the next

  int64_t origin(int d, int64_t f) const { return f * dilation[d] % step[d] + first[d]; }
  int64_t base(int64_t d, int64_t h, int64_t w) const { return (d * extent[1] + h) * extent[2] + w; }

  void cut(int64_t elementBytes, int64_t units) {
    band = count[0] > 1 ? 0 : count[1] > 1 ? 1 : 2;
    double whole = double(channels) * double(volume(phases));
    for (int d = 0; d < 3; d++) whole *= double(count[d] + extra[d]);
    bands = 1;
    if (whole > double(kBandElements)) bands = int64_t(whole / double(kBandElements)) + 1;
    if (units * bands < 8) bands = greatest(bands, ceilDivide(8, greatest(units, 1)));
    bandLength = greatest(ceilDivide(count[band], least(bands, greatest(count[band], 1))), 1);
    bands = ceilDivide(count[band], bandLength);
    for (int d = 0; d < 3; d++) extent[d] = (d == band ? bandLength : count[d]) + extra[d];
    phase = volume(extent);
    channel = volume(phases) * phase;
    // Channels that are a multiple of a large power of two apart compete for the same cache sets.
    if (channel * elementBytes % 1024 == 0) channel += 64 / elementBytes;
    image = channels * channel;
  }

  /// Copies channels [channel0, channel1) of a group of an image, as far as outputs from `start` along the band see them.
  template <class T>
  void fill(T* to, const T* from, int64_t imageNumber, int64_t group, int64_t start, int64_t channel0, int64_t channel1) const {
    const int64_t plane = volume(size);
    const int64_t starts[3] = {band == 0 ? start : 0, band == 1 ? start : 0, band == 2 ? start : 0};
    for (int64_t c = channel0; c < channel1; c++) {
      const T* image = from + ((imageNumber * groups + group) * channels + c) * plane;
      T* row = to + (c - channel0) * channel;
      for (int64_t f0 = 0; f0 < phases[0]; f0++) {
        for (int64_t f1 = 0; f1 < phases[1]; f1++) {
          for (int64_t f2 = 0; f2 < phases[2]; f2++) {
            const int64_t step2 = step[2], origin2 = starts[2] * step2 + origin(2, f2), all = extent[2];
            const int64_t low = least(greatest(ceilDivide(-origin2, step2), 0), all);
            const int64_t high = greatest(low, least(all, floorDivide(size[2] - 1 - origin2, step2) + 1));
            for (int64_t u0 = 0; u0 < extent[0]; u0++) {
              const int64_t i0 = (u0 + starts[0]) * step[0] + origin(0, f0);
              for (int64_t u1 = 0; u1 < extent[1]; u1++, row += all) {
                const int64_t i1 = (u1 + starts[1]) * step[1] + origin(1, f1);
                if (i0 < 0 || i0 >= size[0] || i1 < 0 || i1 >= size[1] || low == high) {
                  memset(static_cast<void*>(row), 0, size_t(all) * sizeof(T));
                  continue;
                }
                const T* line = image + (i0 * size[1] + i1) * size[2] + origin2;
                for (int64_t u = 0; u < low; u++) row[u] = T(0);
                if (step2 == 1) memcpy(static_cast<void*>(row + low), line + low, size_t(high - low) * sizeof(T));
                else if (step2 == 2)
                  for (int64_t u = low; u < high; u++) row[u] = line[u * 2];
                else
                  for (int64_t u = low; u < high; u++) row[u] = line[u * step2];
                for (int64_t u = high; u < all; u++) row[u] = T(0);
              }
            }
          }
        }
      }
    }
  }
};

/// The images x, as each window of the convolution sees them.
inline Source sourceOfInput(const Convolution& conv, int64_t elementBytes, int64_t units) {
  Source s{};
  s.channels = conv.channels;
  s.groups = conv.groups;
  for (int d = 0; d < 3; d++) {
    int64_t a = conv.stride[d], b = conv.dilation[d] % conv.stride[d];
    while (b != 0) {
      const int64_t rest = a % b;
      a = b;
      b = rest;
    }
    s.size[d] = conv.x[d];
    s.step[d] = conv.stride[d];
    s.dilation[d] = conv.dilation[d];
    s.first[d] = -conv.padding[d];
    s.phases[d] = least(conv.k[d], conv.stride[d] / a);
    s.count[d] = conv.y[d];
    s.extra[d] = greatest((conv.k[d] - 1) * conv.dilation[d] / conv.stride[d], 0);
  }
  s.cut(elementBytes, units);
  return s;
}

/// Where tap k of channel c lies from the base of an output on, for the images x.
inline int64_t tapOffset(const Source& s, const Convolution& conv, int64_t c, const int64_t* k) {
  int64_t phase = 0, shift[3];
  for (int d = 0; d < 3; d++) {
    // Residues repeat with the number of phases unless there are fewer taps than that.
    phase = phase * s.phases[d] + k[d] % s.phases[d];
    shift[d] = k[d] * conv.dilation[d] / conv.stride[d];
  }
  return c * s.channel + phase * s.phase + s.base(shift[0], shift[1], shift[2]);
}

/// Goes through the outputs of a band of some images, in order.
struct Outputs {
  int64_t from[3], to[3];
  int64_t at[3], image, images;

  Outputs(const int64_t* from_, const int64_t* to_, int64_t images_) : image(0), images(images_) {
    for (int d = 0; d < 3; d++) from[d] = at[d] = from_[d], to[d] = to_[d];
    for (int d = 0; d < 3; d++)
      if (from[d] >= to[d]) images = 0;
  }
  bool done() const { return image >= images; }
  void next() {
    for (int d = 2; d >= 0; d--) {
      if (++at[d] < to[d]) return;
      at[d] = from[d];
    }
    image++;
  }
};

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
