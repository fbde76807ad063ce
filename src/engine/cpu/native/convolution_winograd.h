// Convolutions of 3 × 3 taps with stride 1 by Winograd's F(4 × 4, 3 × 3): a tile of 6 × 6 elements of the input and the taps become 36 numbers each,
// whose products are those of a tile of 4 × 4 outputs, transformed. So where a sum over channels takes 144 multiply-adds for such a tile, here it takes
// 36, as products of matrices, one for each of the 36 positions. Of polynomials that are multiplied by their values at points these are 0, ±5/8, ±3/2
// and infinity, which are exact and lose least: about one bit beside the sum itself (Barabasz et al., 2020).
#pragma once
#include "convolution_geometry.h"
#include "transpose.h"

namespace cellgrad {
namespace CG_ISA {

/// Whether a convolution, its gradient to the input (`transposed`) or to the weights is worth computing so.
bool winogradPays(const Convolution& conv, DType dtype);
int64_t winogradScratch(const Convolution& conv, bool transposed);
int64_t winogradShared(const Convolution& conv, bool transposed);
void winograd(const Convolution& conv, bool transposed, const Frame& frame, const float* from, const float* weights, float* to);
int64_t winogradWeightScratch(const Convolution& conv);
int64_t winogradWeightShared(const Convolution& conv);
void winogradWeight(const Convolution& conv, const Frame& frame, const float* x, const float* y, float* weights);

namespace {

constexpr int kTile = 4, kWindow = 6, kSpots = kWindow * kWindow;
constexpr int kFloats = VectorOf<float>::lanes;
typedef Vector<float> Floats;

constexpr float kNear = 0.625f, kFar = 1.5f;  // the points ±kNear and ±kFar
constexpr float kNear2 = kNear * kNear, kFar2 = kFar * kFar;
constexpr float kAtZero = 1 / (kNear2 * kFar2), kAtNear = 1 / (2 * kNear2 * (kNear2 - kFar2)), kAtFar = 1 / (2 * kFar2 * (kFar2 - kNear2));

#define CG_INLINE inline __attribute__((always_inline))

/// A line of the input's window, transformed.
CG_INLINE void inputLine(const Floats* x, Floats* to) {
  const Floats even = x[4] - kFar2 * x[2], odd = x[3] - kFar2 * x[1], evenFar = x[4] - kNear2 * x[2], oddFar = x[3] - kNear2 * x[1];
  to[0] = kNear2 * kFar2 * x[0] - (kNear2 + kFar2) * x[2] + x[4];
  to[1] = even + kNear * odd;
  to[2] = even - kNear * odd;
  to[3] = evenFar + kFar * oddFar;
  to[4] = evenFar - kFar * oddFar;
  to[5] = kNear2 * kFar2 * x[1] - (kNear2 + kFar2) * x[3] + x[5];
}

/// A line of taps, transformed, and the way back for their gradient.
CG_INLINE void tapsLine(const Floats* g, Floats* to) {
  const Floats even = kAtNear * g[0] + kAtNear * kNear2 * g[2], odd = kAtNear * kNear * g[1];
  const Floats evenFar = kAtFar * g[0] + kAtFar * kFar2 * g[2], oddFar = kAtFar * kFar * g[1];
  to[0] = kAtZero * g[0];
  to[1] = even + odd;
  to[2] = even - odd;
  to[3] = evenFar + oddFar;
  to[4] = evenFar - oddFar;
  to[5] = g[2];
}
CG_INLINE void tapsLineBack(const Floats* u, Floats* to) {
  const Floats even = u[1] + u[2], odd = u[1] - u[2], evenFar = u[3] + u[4], oddFar = u[3] - u[4];
  to[0] = kAtZero * u[0] + kAtNear * even + kAtFar * evenFar;
  to[1] = kAtNear * kNear * odd + kAtFar * kFar * oddFar;
  to[2] = kAtNear * kNear2 * even + kAtFar * kFar2 * evenFar + u[5];
}

/// From products to a line of outputs, and the way back for their gradient.
CG_INLINE void outputLine(const Floats* m, Floats* to) {
  const Floats even = m[1] + m[2], odd = m[1] - m[2], evenFar = m[3] + m[4], oddFar = m[3] - m[4];
  to[0] = m[0] + even + evenFar;
  to[1] = kNear * odd + kFar * oddFar;
  to[2] = kNear2 * even + kFar2 * evenFar;
  to[3] = kNear2 * kNear * odd + kFar2 * kFar * oddFar + m[5];
}
CG_INLINE void outputLineBack(const Floats* g, Floats* to) {
  const Floats even = g[0] + kNear2 * g[2], odd = g[1] + kNear2 * g[3], evenFar = g[0] + kFar2 * g[2], oddFar = g[1] + kFar2 * g[3];
  to[0] = g[0];
  to[1] = even + kNear * odd;
  to[2] = even - kNear * odd;
  to[3] = evenFar + kFar * oddFar;
  to[4] = evenFar - kFar * oddFar;
  to[5] = g[3];
}

/// Transforms the columns and then the rows of From × From vectors.
template <int From, int To, class Load, class Line, class Store>
CG_INLINE void bothWays(Load load, Line line, Store store) {
  Floats half[To][From];
#pragma GCC unroll 6
  for (int j = 0; j < From; j++) {
    Floats in[From], out[To];
#pragma GCC unroll 6
    for (int i = 0; i < From; i++) in[i] = load(i, j);
    line(in, out);
#pragma GCC unroll 6
    for (int i = 0; i < To; i++) half[i][j] = out[i];
  }
#pragma GCC unroll 6
  for (int i = 0; i < To; i++) {
    Floats out[To];
    line(half[i], out);
#pragma GCC unroll 6
    for (int j = 0; j < To; j++) store(i, j, out[j]);
  }
}

/// How the outputs of all images are cut: strips are neighbouring tiles of a row of tiles, all of it unless it is long, and some strips are a block.
struct Tiling {
  int64_t height, width;      // of the outputs
  int64_t rows, columns;      // of tiles
  int64_t strip, perRow;      // tiles in a strip, strips in a row
  int64_t strips;             // of all images
  int64_t together;           // strips in a block; 1 where a row has several

  int64_t blockTiles() const { return strip * together; }
  /// Rows of tiles of one image that a block has at most.
  int64_t rowsTogether() const { return least(together, rows); }
};

inline Tiling tilingOf(int64_t batch, int64_t height, int64_t width, int64_t most) {
  Tiling t{height, width, ceilDivide(height, kTile), ceilDivide(width, kTile), 0, 0, 0, 1};
  t.perRow = ceilDivide(t.columns, 2 * most);
  t.strip = ceilDivide(t.columns, t.perRow);
  t.perRow = ceilDivide(t.columns, t.strip);
  t.strips = batch * t.rows * t.perRow;
  if (t.perRow == 1) t.together = least(greatest(most / t.strip, 1), t.strips);
  return t;
}

/// Strips of one image.
struct Run {
  int64_t image, row, rows;    // of tiles
  int64_t column, columns;     // of tiles

  Run(const Tiling& t, int64_t strip, int64_t end) {
    image = strip / (t.rows * t.perRow);
    row = strip / t.perRow % t.rows;
    rows = t.perRow > 1 ? 1 : least(end - strip, t.rows - row);
    column = strip % t.perRow * t.strip;
    columns = least(t.strip, t.columns - column);
  }
};

/// The part of an image that the tiles of a run see, with the channels of a pixel side by side.
struct Pixels {
  int64_t height, width, channels, lanes;   // of the image; lanes are channels in whole vectors
  int64_t first[2];                         // what the first element of the first tile is, in the image
  int64_t window;                           // elements that a tile sees along each dim
  int64_t y0, y1, x0, x1;                   // of the image, what is there
  const float* zeros;                       // for what lies outside

  static int64_t floats(const Tiling& t, int64_t width, int64_t lanes) {
    return greatest(t.rowsTogether() * kTile + kWindow - kTile, 1) * least(width, t.strip * kTile + kWindow - kTile) * lanes;
  }

  void read(const Run& run, const float* image, float* to) {
    const int64_t plane = height * width, more = window - kTile;
    y0 = least(greatest(run.row * kTile + first[0], 0), height);
    y1 = greatest(least((run.row + run.rows) * kTile + first[0] + more, height), y0);
    x0 = least(greatest(run.column * kTile + first[1], 0), width);
    x1 = greatest(least((run.column + run.columns) * kTile + first[1] + more, width), x0);
    if (channels < lanes) memset(to, 0, size_t((y1 - y0) * (x1 - x0) * lanes) * sizeof(float));
    if (x1 - x0 == width) transpose(to, lanes, image + y0 * width, plane, channels, (y1 - y0) * width);
    else
      for (int64_t y = y0; y < y1; y++) transpose(to + (y - y0) * (x1 - x0) * lanes, lanes, image + y * width + x0, plane, channels, x1 - x0);
  }

  /// Where the elements that a tile sees lie.
  void seen(const float* pixels, int64_t row, int64_t column, const float** at) const {
    for (int64_t i = 0; i < window; i++) {
      for (int64_t j = 0; j < window; j++) {
        const int64_t y = row * kTile + first[0] + i, x = column * kTile + first[1] + j;
        at[i * window + j] = y >= y0 && y < y1 && x >= x0 && x < x1 ? pixels + ((y - y0) * (x1 - x0) + x - x0) * lanes : zeros;
      }
    }
  }
};

/// From one of the 36 spots to the next in scratch memory, for so many numbers: not a multiple of a large power of two, for the caches' sake.
inline int64_t spotStride(int64_t numbers) { return roundUp(numbers, 16) + 16; }

/// Transforms the tiles of strips [first, end), element (spot, tile, channel) to to[spot * stride + tile * lanes + channel].
template <int Window, class Line>
void transformTiles(const Tiling& t, int64_t first, int64_t end, Pixels& pixels, int64_t imageStride, const float* images, float* memory, float* to, int64_t stride, Line line) {
  const float* at[kSpots];
  for (int64_t strip = first; strip < end;) {
    const Run run(t, strip, end);
    pixels.read(run, images + run.image * imageStride, memory);
    for (int64_t row = run.row; row < run.row + run.rows; row++, strip++) {
      for (int64_t column = run.column; column < run.column + run.columns; column++, to += pixels.lanes) {
        pixels.seen(memory, row, column, at);
        for (int64_t lane = 0; lane < pixels.lanes; lane += kFloats) {
          bothWays<Window, kWindow>([&](int i, int j) { return loadVector(at[i * Window + j] + lane); }, line,
                                    [&](int i, int j, Floats v) { storeVector(to + (i * kWindow + j) * stride + lane, v); });
        }
      }
    }
  }
}

}  // namespace
}  // namespace CG_ISA
}  // namespace cellgrad
