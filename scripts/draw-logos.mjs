// Draws the kernel's logos: a loss curve that comes down to its minimum. One description, three files: SVG, and PNG in the two sizes
// that Jupyter asks for. `node scripts/draw-logos.mjs` after a change; the files are committed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";

const SIZE = 64;
const CORNER = 13;
const BACKGROUND = [0x31, 0x78, 0xc6];
const CURVE = {
  points: [
    [11, 12],
    [17, 44],
    [30, 51],
    [53, 51],
  ],
  width: 6,
  color: [0xff, 0xff, 0xff],
};
const BALL = { center: [26, 43.5], radius: 7.5, rim: 2.5, color: [0xff, 0xb0, 0x20] };

const hex = (color) => `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

function svg() {
  const [a, b, c, d] = CURVE.points.map((point) => point.join(" "));
  const [x, y] = BALL.center;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}">
  <rect width="${SIZE}" height="${SIZE}" rx="${CORNER}" fill="${hex(BACKGROUND)}"/>
  <path d="M${a}C${b} ${c} ${d}" fill="none" stroke="${hex(CURVE.color)}" stroke-width="${CURVE.width}" stroke-linecap="round"/>
  <circle cx="${x}" cy="${y}" r="${BALL.radius + BALL.rim}" fill="${hex(BACKGROUND)}"/>
  <circle cx="${x}" cy="${y}" r="${BALL.radius}" fill="${hex(BALL.color)}"/>
</svg>
`;
}

const bezier = (t) =>
  [0, 1].map((axis) => {
    const [a, b, c, d] = CURVE.points.map((point) => point[axis]);
    const s = 1 - t;
    return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
  });
const curve = Array.from({ length: 401 }, (_, i) => bezier(i / 400));
const distance = ([x, y], [px, py]) => Math.hypot(x - px, y - py);

/** Signed distances in the drawing's units; negative is inside. */
function layers(point) {
  const toCenter = Math.max(0, Math.abs(point[0] - SIZE / 2) - (SIZE / 2 - CORNER));
  const toMiddle = Math.max(0, Math.abs(point[1] - SIZE / 2) - (SIZE / 2 - CORNER));
  const frame = Math.hypot(toCenter, toMiddle) - CORNER;
  const line = Math.min(...curve.map((on) => distance(on, point))) - CURVE.width / 2;
  const ball = distance(BALL.center, point);
  return {
    frame,
    colors: [
      [line, CURVE.color],
      [ball - BALL.radius - BALL.rim, BACKGROUND],
      [ball - BALL.radius, BALL.color],
    ],
  };
}

function png(size) {
  const unit = SIZE / size;
  const cover = (signed) => Math.min(1, Math.max(0, 0.5 - signed / unit));
  const rows = Buffer.alloc(size * (1 + 4 * size));
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const { frame, colors } = layers([(x + 0.5) * unit, (y + 0.5) * unit]);
      let pixel = BACKGROUND;
      for (const [signed, color] of colors) {
        const part = cover(signed);
        pixel = pixel.map((value, i) => value + (color[i] - value) * part);
      }
      rows.set([...pixel.map(Math.round), Math.round(255 * cover(frame))], y * (1 + 4 * size) + 1 + 4 * x);
    }
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4);
    const sum = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const folder = join(import.meta.dirname, "..", "kernelspec");
writeFileSync(join(folder, "logo-svg.svg"), svg());
for (const size of [32, 64]) writeFileSync(join(folder, `logo-${size}x${size}.png`), png(size));
