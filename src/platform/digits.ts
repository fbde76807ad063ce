/**
 * The module "cellgrad/digits" for browsers: importing it brings the 10,000 images that `data.digits()` divides. They are no part of the
 * main bundle, which would be eight times as large. In Node, where they are read from a file, importing it does nothing.
 */
import bytes from "../../build/digits.bin";

Object.assign(globalThis, { [Symbol.for("cellgrad.digits")]: bytes });
