/**
 * Which of PyTorch's public names cellgrad has: docs/pytorch-names.md, from the names in test/golden/names.json. Run to write the page:
 * node --import tsx test/docs/pytorch-names.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as cellgrad from "../../src/index.js";
import { Tensor } from "../../src/index.js";

type Names = Readonly<Record<string, readonly string[]>>;

const names = JSON.parse(readFileSync(new URL("../golden/names.json", import.meta.url), "utf8")) as Names;

export const page = new URL("../../docs/pytorch-names.md", import.meta.url);

/** What is called otherwise here, and how; a name that begins with "x." is a method or property of tensors. */
const renamed: Readonly<Record<string, string>> = {
  get_rng_state: "getRandomState",
  set_rng_state: "setRandomState",
  get_num_threads: "device().description",
  from_numpy: "tensor (of a typed array)",
  frombuffer: "tensor (of a typed array)",
  as_tensor: "tensor",
  asarray: "tensor",
  save: "io.save",
  load: "io.load",
  default_collate: "data.collate",
  is_tensor: "x instanceof Tensor",
  no_grad: "noGrad",
  enable_grad: "enableGrad",
  numpy: "x.dataSync",
  tolist: "x.tolist",
  data: "x.detach()",
  index: "x.slice",
  new: "x.newTensor",
  dropout: "nn.functional.dropout",
};

/** Why names are left out: the first reason that fits. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [
    /sparse|coalesce|crow_indices|col_indices|row_indices|ccol|to_dense|to_mkldnn|smm$|saddmm|hsmm|dsmm|dense_dim|_values$|^values(_copy)?$|^indices(_copy)?$|lobpcg/,
    "sparse tensors: not part of cellgrad",
  ],
  [
    /complex|cfloat|cdouble|chalf|conj|^real$|^imag$|is_neg|resolve_neg|^polar$|view_as_real/,
    "complex tensors: complex numbers are a last dim of size 2",
  ],
  [
    /quant|q_scale|q_zero|q_per|int_repr|fbgemm|fake_|choose_qparams|_observer|fused_moving/,
    "quantized tensors: `quantization` is still to come",
  ],
  [
    /cudnn|miopen|mkldnn|cuda|vulkan|hip$|xla|ipu|xpu|mtia|to_gpu|is_pinned|pin_memory|_gpu_|hpu|maia|privateuse/,
    "another device or its library: cellgrad computes on the CPU",
  ],
  [
    /_copy$|^alias|^unsafe_|^native_|^batch_norm_(b|e|g|s|u)|^sym_|_forward_only|^_|out_of_place|conv_tbc|grid_sampler|affine_grid_generator|^convolution$|max_pool1d_with_indices|_backward$|slice_inverse|_cell$|^lstm$|^gru$|rnn_(tanh|relu)$|embedding_renorm|nonzero_static|empty_permuted|empty_strided|empty_quantized|hash_tensor|feature_dropout|new_empty_strided/,
    "an internal form of an operation that has a public one",
  ],
  [
    /autocast|deterministic|warn_always|flush_denormal|interop_threads|matmul_precision|default_device|default_tensor_type|init_num_threads|thread_safe|get_device|is_distributed|is_storage|^type_?|typename|as_subclass|^compile$|^cond$|^fork$|^wait$|parse_|import_ir|merge_type|unify_type|jit|is_inference|storage|data_ptr|dim_order|has_names|names$|^names|rename|align_|refine_|share_memory|is_shared|is_set_to|map_?2?_|module_load|reinforce|apply_|dlpack|from_file|const_data|version|grad_dtype|is_mkl|untyped|is_vulkan|backward_hooks|nested|set_$|^set_data$|register_parametrization_/,
    "Python, devices or compilation: it has no counterpart in a TypeScript runtime that plans for itself",
  ],
  [
    /^range$/,
    "deprecated by PyTorch: `arange(start, end + step, step)`; in cells the name is taken for Python's `range`, which leaves its end out",
  ],
  [
    /^rearrange$/,
    "a language of patterns of its own (einops): `permute` and `reshape` are what it is made of",
  ],
  [/to_padded/, "nested tensors: not part of cellgrad; `nn.utils.rnn.padSequence` pads"],
  [/DataParallel|Distributed|^SyncBatchNorm/, "more than one machine: `distributed` is still to come"],
  [
    /weight_norm$|spectral_norm$|remove_(weight|spectral)_norm|skip_init|clip_grad_norm$|clip_grad_value|convert_conv|clip_grads_with_norm|get_total_norm/,
    "an older form, or one for another device: `nn.utils.parametrizations`, `clipGradNorm_`",
  ],
  [
    /^Lazy|Uninitialized|^Container$|NLLLoss2d/,
    "old, or layers whose sizes come with the first batch: shapes are checked before anything runs",
  ],
  [/histogramdd|segment_reduce/, "rare: `histogram` and `indexReduce` are what it is made of"],
  [
    /^Optional$|assert_int|has_torch_function|debug_unwrap|functionalize|replace_all_batch_norm|DataChunk|get_worker_info|default_convert|transfer_param|multi_avg_fn|grouped_mm|scaled_mm/,
    "a tool of PyTorch's own code",
  ],
  [
    /^(is_cpu|is_meta|is_mps|layout|name|output_nr|qscheme|record_stream|volatile|short|resize|sspaddmm|symeig|solve|lstsq|eig)(_as)?_?$/,
    "a property of devices and layouts that are not here, or gone from PyTorch too",
  ],
  [/^(RNNBase|RNNCellBase|ExponentialFamily)$/, "the base of what is here"],
];

function camel(name: string): string {
  return name.replace(/(?<=[A-Za-z0-9])_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The namespaces of PyTorch and where their names are here. */
function placeOf(space: string): object | null {
  if (space === "torch") return cellgrad;
  if (space === "Tensor") return Tensor.prototype;
  const path = space === "utils.data" ? "data" : space.split(".").map(camel).join(".");
  let at: unknown = cellgrad;
  for (const part of path.split(".")) at = (at as Record<string, unknown> | undefined)?.[part];
  return (at as object | undefined) ?? null;
}

export interface Row {
  readonly space: string;
  readonly name: string;
  /** How it is written here; null where it is left out or missing. */
  readonly here: string | null;
  /** Why it is left out. */
  readonly reason: string | null;
}

export function rows(): Row[] {
  return Object.entries(names).flatMap(([space, list]) => {
    const place = placeOf(space);
    return list.map((name): Row => {
      const own = camel(name);
      const prefix =
        space === "torch"
          ? ""
          : space === "Tensor"
            ? "x."
            : `${space === "utils.data" ? "data" : space.split(".").map(camel).join(".")}.`;
      if (place !== null && own in place) return { space, name, here: `${prefix}${own}`, reason: null };
      // What PyTorch has as a function alone is found as a method, and the other way round.
      if (space === "torch" && own in Tensor.prototype)
        return { space, name, here: `x.${own}`, reason: null };
      if (space === "torch" && own in cellgrad.nn.functional)
        return { space, name, here: `nn.functional.${own}`, reason: null };
      const other = renamed[name];
      if (other !== undefined) return { space, name, here: other, reason: null };
      const reason = reasons.find(([pattern]) => pattern.test(name))?.[1] ?? null;
      return { space, name, here: null, reason };
    });
  });
}

export function pageText(): string {
  const all = rows();
  const lines = [
    "# PyTorch's names",
    "",
    "Every public name of PyTorch 2.13, and what it is called here. Made by `node --import tsx test/docs/pytorch-names.ts` from the names that",
    "`test/golden/make_names.py` records; [docs/from-pytorch.md](from-pytorch.md) says how to read the differences.",
    "",
  ];
  const counts = (list: readonly Row[]): string => {
    const here = list.filter((row) => row.here !== null).length;
    const out = list.filter((row) => row.here === null && row.reason !== null).length;
    const rest = list.length - here - out;
    return `${here} of ${list.length} are here${out > 0 ? `, ${out} are left out with a reason` : ""}${rest > 0 ? `, ${rest} are still to come` : ""}.`;
  };
  lines.push(counts(all), "");
  for (const space of Object.keys(names)) {
    const own = all.filter((row) => row.space === space);
    lines.push(
      `## ${space === "torch" || space === "Tensor" ? space : `torch.${space}`}`,
      "",
      counts(own),
      "",
    );
    const here = own.filter((row) => row.here !== null);
    if (here.length > 0) lines.push(here.map((row) => `\`${row.here!}\``).join(", "), "");
    const byReason = new Map<string, string[]>();
    for (const row of own) {
      if (row.here !== null) continue;
      const reason = row.reason ?? "still to come";
      byReason.set(reason, [...(byReason.get(reason) ?? []), `\`${row.name}\``]);
    }
    for (const [reason, list] of byReason) lines.push(`- ${reason}: ${list.join(", ")}`);
    if (byReason.size > 0) lines.push("");
  }
  return `${lines.join("\n").trimEnd()}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, pageText());
