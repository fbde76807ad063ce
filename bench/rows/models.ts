/** The models that the rows train and ask; bench/peers/rows_torch.py builds the same of PyTorch's parts. */
import { arange, nn, Tensor } from "../../src/index.js";

/** Linear layers with ReLU between them. */
export function mlp(...sizes: readonly number[]): nn.Layer {
  const layers = sizes.slice(1).flatMap((outputs, i) => {
    const linear = new nn.Linear(sizes[i]!, outputs);
    return i < sizes.length - 2 ? [linear, new nn.ReLU()] : [linear];
  });
  return nn.sequential(...layers);
}

export function cnn(): nn.Layer {
  return nn.sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Conv2d(16, 32, 3, { padding: 1 }),
    new nn.ReLU(),
    new nn.MaxPool2d(2),
    new nn.Flatten(),
    new nn.Linear(32 * 7 * 7, 10),
  );
}

/** A basic block of a residual network. */
class Block extends nn.Module {
  private readonly conv1: nn.Conv2d;
  private readonly bn1: nn.BatchNorm2d;
  private readonly conv2: nn.Conv2d;
  private readonly bn2: nn.BatchNorm2d;
  private readonly shortcut: nn.Layer;

  constructor(inputs: number, outputs: number, stride: number) {
    super();
    this.conv1 = new nn.Conv2d(inputs, outputs, 3, { stride, padding: 1, bias: false });
    this.bn1 = new nn.BatchNorm2d(outputs);
    this.conv2 = new nn.Conv2d(outputs, outputs, 3, { padding: 1, bias: false });
    this.bn2 = new nn.BatchNorm2d(outputs);
    this.shortcut =
      stride === 1
        ? new nn.Identity()
        : nn.sequential(
            new nn.Conv2d(inputs, outputs, 1, { stride, bias: false }),
            new nn.BatchNorm2d(outputs),
          );
  }

  forward(x: Tensor): Tensor {
    const y = this.bn1.forward(this.conv1.forward(x)).relu();
    return this.bn2.forward(this.conv2.forward(y)).add(this.shortcut.forward(x)).relu();
  }
}

/** For images of 32 × 32 in ten classes: a block at each of three widths. */
export class ResidualNetwork extends nn.Module {
  private readonly conv = new nn.Conv2d(3, 32, 3, { padding: 1, bias: false });
  private readonly bn = new nn.BatchNorm2d(32);
  private readonly blocks = new nn.ModuleList([
    new Block(32, 32, 1),
    new Block(32, 64, 2),
    new Block(64, 128, 2),
  ]);
  private readonly head = new nn.Linear(128, 10);

  forward(x: Tensor): Tensor {
    let y: Tensor = this.bn.forward(this.conv.forward(x)).relu();
    for (const block of this.blocks) y = (block as Block).forward(y);
    return this.head.forward(y.mean([2, 3]));
  }
}

/** Classifies sequences by the last output of an LSTM. */
export class LastOfLSTM extends nn.Module {
  private readonly lstm = new nn.LSTM(64, 128);
  private readonly head = new nn.Linear(128, 10);

  forward(x: Tensor): Tensor {
    const [outputs] = this.lstm.forward(x);
    return this.head.forward(outputs.select(0, -1));
  }
}

/** A block of a GPT: attention to what came before, then a small network, each beside its input. */
class GPTBlock extends nn.Module {
  private readonly ln1: nn.LayerNorm;
  private readonly attention: nn.Linear;
  private readonly projection: nn.Linear;
  private readonly ln2: nn.LayerNorm;
  private readonly up: nn.Linear;
  private readonly down: nn.Linear;

  constructor(
    private readonly width: number,
    private readonly heads: number,
  ) {
    super();
    this.ln1 = new nn.LayerNorm(width);
    this.attention = new nn.Linear(width, 3 * width);
    this.projection = new nn.Linear(width, width);
    this.ln2 = new nn.LayerNorm(width);
    this.up = new nn.Linear(width, 4 * width);
    this.down = new nn.Linear(4 * width, width);
  }

  forward(x: Tensor): Tensor {
    const [n, t] = [x.shape[0]!, x.shape[1]!];
    const [q, k, v] = this.attention
      .forward(this.ln1.forward(x))
      .split(this.width, 2)
      .map((part: Tensor) => part.reshape([n, t, this.heads, this.width / this.heads]).transpose(1, 2));
    const attended = nn.functional.scaledDotProductAttention(q!, k!, v!, { isCausal: true });
    const y = x.add(this.projection.forward(attended.transpose(1, 2).reshape([n, t, this.width])));
    return y.add(this.down.forward(nn.functional.gelu(this.up.forward(this.ln2.forward(y)))));
  }
}

export class GPT extends nn.Module {
  private readonly tokens: nn.Embedding;
  private readonly positions: nn.Embedding;
  private readonly blocks: nn.ModuleList;
  private readonly norm: nn.LayerNorm;
  private readonly head: nn.Linear;

  constructor(vocabulary: number, width: number, heads: number, layers: number, length: number) {
    super();
    this.tokens = new nn.Embedding(vocabulary, width);
    this.positions = new nn.Embedding(length, width);
    this.blocks = new nn.ModuleList(Array.from({ length: layers }, () => new GPTBlock(width, heads)));
    this.norm = new nn.LayerNorm(width);
    this.head = new nn.Linear(width, vocabulary, { bias: false });
  }

  forward(tokens: Tensor): Tensor {
    let y: Tensor = this.tokens.forward(tokens).add(this.positions.forward(arange(tokens.shape[1]!)));
    for (const block of this.blocks) y = (block as GPTBlock).forward(y);
    return this.head.forward(this.norm.forward(y));
  }
}
