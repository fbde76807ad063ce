"""Records values of special functions to 30 digits, by mpmath, for test/primitives/special-functions.test.ts.

Run with mpmath: python test/golden/make_special.py
"""

import json
import pathlib

from mpmath import (airyai, besseli, besselj, besselk, bessely, erfc, erfinv, exp, gammainc, hermite, laguerre, legendre, mp, mpf, nstr, sqrt)

mp.dps = 40
ANY = [-30, -9.5, -7, -3.25, -1, -0.125, 0.0625, 0.5, 1, 2.5, 4.75, 7.9, 8.1, 12, 25]
ABOVE = [0.001, 0.25, 0.5, 1, 1.9, 2.1, 3.5, 5, 7.9, 8.1, 12, 40, 500]
PARTS = [1e-300, 1e-30, 1e-10, 0.01, 0.1, 0.124, 0.126, 0.3, 0.5, 0.7, 0.874, 0.876, 0.99, 0.999999]
PAIRS = [[0.001, 0.5], [0.5, 0.01], [0.5, 1], [1, 1], [2.5, 1], [3, 12], [20, 18], [20, 30], [100, 90], [1000, 1010], [9999, 9900], [20000, 20100], [50000, 49500]]


def of(f, list_):
    return [[x, nstr(f(mpf(x)), 25)] for x in list_]


def of_pairs(f, list_):
    return [[a, x, nstr(f(mpf(a), mpf(x)), 25)] for a, x in list_]


degrees = [[x, n] for x in (-1.5, -0.5, 0.3, 1.25, 2.25) for n in (0, 1, 2, 5, 12)]
record = {
    "erfc": of(erfc, [-3, -0.4, 0.2, 0.6, 2, 5, 12, 26]),
    "erfcx": of(lambda x: exp(x * x) * erfc(x), [-3, -0.4, 0, 0.2, 0.6, 2, 5, 12, 26]),
    "erfinv": of(erfinv, [-0.999999, -0.8, -0.74, -0.1, 1e-10, 0.3, 0.76, 0.99]),
    "ndtri": [[p, nstr(-sqrt(2) * mp.findroot(lambda y: mp.log(erfc(y)) - mp.log(2 * mpf(p)), sqrt(-mp.log(2 * mpf(p))) if p < 0.3 else mpf(0.1)), 25)]
              for p in PARTS if p < 0.5] + [[p, nstr(sqrt(2) * erfinv(2 * mpf(p) - 1), 25)] for p in PARTS if p >= 0.5],
    "i0e": of(lambda x: exp(-abs(x)) * besseli(0, x), ANY),
    "i1e": of(lambda x: exp(-abs(x)) * besseli(1, x), ANY),
    "k0e": of(lambda x: exp(x) * besselk(0, x), ABOVE),
    "k1e": of(lambda x: exp(x) * besselk(1, x), ABOVE),
    "besselJ0": of(lambda x: besselj(0, x), ANY),
    "besselJ1": of(lambda x: besselj(1, x), ANY),
    "besselY0": of(lambda x: bessely(0, x), ABOVE),
    "besselY1": of(lambda x: bessely(1, x), ABOVE),
    "airyAi": of(airyai, ANY),
    "igamma": of_pairs(lambda a, x: gammainc(a, 0, x, regularized=True), PAIRS),
    "igammac": of_pairs(lambda a, x: gammainc(a, x, mp.inf, regularized=True), PAIRS),
    "hermiteH": of_pairs(lambda x, n: hermite(n, x), degrees),
    "laguerre": of_pairs(lambda x, n: laguerre(n, 0, x), degrees),
    "legendre": of_pairs(lambda x, n: legendre(n, x), degrees),
}
(pathlib.Path(__file__).parent / "special.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
