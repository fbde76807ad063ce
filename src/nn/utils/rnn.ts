/** The names in `nn.utils.rnn`. */
export {
  invertPermutation,
  PackedSequence,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
  unpackSequence,
  unpadSequence,
} from "../recurrent/packed.js";
