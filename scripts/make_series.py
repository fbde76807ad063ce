"""Computes the Chebyshev series by which special functions are evaluated, and writes them for TypeScript (src/primitives/series.ts) and for C++
(src/engine/cpu/native/series.h).

Run with mpmath: python scripts/make_series.py
"""

import pathlib

from mpmath import (airyai, airybi, besseli, besselj, besselk, bessely, chop, cos, diff, erfc, exp, findroot, inf, limit, log, mp, mpf, nstr, pi, sin,
                    sqrt, taylor)

mp.dps = 40
ROOT = pathlib.Path(__file__).parent.parent


def series(f, low, high, most=60):
    """Coefficients of f on [low, high], up to where they are nothing beside the greatest; the first is halved already."""
    n = most
    nodes = [cos(pi * (k + mpf(1) / 2) / n) for k in range(n)]
    values = [f((high - low) * t / 2 + (high + low) / 2) for t in nodes]
    c = [2 * sum(v * cos(pi * j * (k + mpf(1) / 2) / n) for k, v in enumerate(values)) / n for j in range(n)]
    c[0] /= 2
    top = max(abs(x) for x in c)
    last = max(j for j in range(n) if abs(c[j]) > top * mpf(2) ** -56)
    return c[: last + 1]


def scaled_erfc(y):
    """(1 + 2x) e^(x^2) erfc(x) of y = (x - 3.75) / (x + 3.75)."""
    x = mpf("3.75") * (1 + y) / (1 - y)
    return (1 + 2 * x) * (exp(x * x) * erfc(x) if x < 60 else asymptotic_erfcx(x))


def asymptotic_erfcx(x):
    total, term = mpf(0), mpf(1)
    for k in range(60):
        total += term
        term *= -(2 * k + 1) / (2 * x * x)
        if abs(term) < mpf(10) ** -38:
            break
    return total / (x * sqrt(pi))


def inverse_erfc(w):
    """The y of erfc(y) = e^(-w^2), divided by w."""
    start = w * (1 - log(w * sqrt(pi) + 1) / (2 * w * w + 2))
    return findroot(lambda y: log(erfc(y)) + w * w, start) / w


def inverse_erf(t):
    """erfinv(x) / x of t = x^2."""
    x = sqrt(t)
    if x < mpf(10) ** -12:
        return sqrt(pi) / 2 * (1 + pi * t / 12)
    return findroot(lambda y: mp.erf(y) - x, x * mpf("0.9")) / x


def phases(order, x):
    """P and Q of J = sqrt(2 / (pi x)) (P cos u - Q sin u), Y = sqrt(2 / (pi x)) (P sin u + Q cos u), u = x - (2 order + 1) pi / 4."""
    u = x - (2 * order + 1) * pi / 4
    size = sqrt(2 / (pi * x))
    j, y = besselj(order, x), bessely(order, x)
    return (j * cos(u) + y * sin(u)) / size, (y * cos(u) - j * sin(u)) / size


def of_inverse_square(order, part):
    def f(t):
        x = 8 / sqrt(t)
        value = phases(order, x)[part]
        return value * x / 8 if part else value

    return f


def airy_phases(part):
    def f(t):
        zeta = ZETA_BELOW / sqrt(t)
        z = (zeta * 3 / 2) ** (mpf(2) / 3)
        u, size = zeta - pi / 4, z ** mpf("-0.25") / sqrt(pi)
        a, b = airyai(-z), airybi(-z)
        value = (a * cos(u) - b * sin(u)) / size if part == 0 else (a * sin(u) + b * cos(u)) / size
        return value * zeta if part else value

    return f


def airy_above(t):
    zeta = ZETA_ABOVE / t
    x = (zeta * 3 / 2) ** (mpf(2) / 3)
    return airyai(x) * 2 * sqrt(pi) * x ** mpf("0.25") * exp(zeta)


ZETA_BELOW = mpf(2) / 3 * mpf(4) ** mpf("1.5")
ZETA_ABOVE = mpf(2) / 3 * mpf(2) ** mpf("1.5")


def temme():
    """Taylor coefficients in eta of C_0, C_1 and C_2 of Temme's expansion of the incomplete gamma functions for large a (DLMF 8.12)."""
    n = 26
    # lambda = 1 + sum alpha_k eta^k with eta^2 / 2 = lambda - 1 - ln lambda; from eta = mu' (mu / (1 + mu)): mu mu' = eta (1 + mu).
    mu = [mpf(0), mpf(1)]
    for k in range(2, n + 4):
        # Of the coefficient of eta^k in mu mu' = eta + eta mu.
        inner = sum(mu[i] * mu[k + 1 - i] * (k + 1 - i) for i in range(2, k))
        mu.append((mu[k - 1] - inner) / (k + 1))
    # C_0 = 1 / mu - 1 / eta; C_k = (1 / eta) dC_(k-1) / deta + gamma_k / mu, with gamma_k those that leave no pole.
    shifted = mu[1:]
    inverse = [1 / shifted[0]]
    for k in range(1, len(shifted)):
        inverse.append(-sum(shifted[i] * inverse[k - i] for i in range(1, k + 1)) / shifted[0])
    c = [inverse[1:]]
    for _ in range(2):
        before = c[-1]
        slope = [(k + 1) * before[k + 1] for k in range(len(before) - 1)]
        g = -slope[0]
        # (slope - slope_0) / eta + g (1 / mu - 1 / eta), as slope_0 / eta + g / eta = 0.
        c.append([slope[k + 1] + g * inverse[k + 1] for k in range(len(slope) - 1)])
    return [row[:18] for row in c]


TABLES = {
    "ERFCX": ("(1 + 2x) erfcx(x) of (x − 3.75) / (x + 3.75), x ≥ 0", lambda: series(scaled_erfc, -1, 1)),
    "ERFINV": ("erfinv(x) / x of x² in [0, 0.5625]", lambda: series(inverse_erf, 0, mpf("0.5625"))),
    "ERFCINV_NEAR": ("erfcinv(e^(−w²)) / w of w in [1.15, 3]", lambda: series(inverse_erfc, mpf("1.15"), 3)),
    "ERFCINV_MIDDLE": ("erfcinv(e^(−w²)) / w of w in [3, 8]", lambda: series(inverse_erfc, 3, 8)),
    "ERFCINV_FAR": ("erfcinv(e^(−w²)) / w of w in [8, 28]", lambda: series(inverse_erfc, 8, 28)),
    "I0_NEAR": ("e^(−x) I₀(x) of x in [0, 8]", lambda: series(lambda x: exp(-x) * besseli(0, x), 0, 8)),
    "I0_FAR": ("√x e^(−x) I₀(x) of 8 / x in [0, 1]", lambda: series(lambda t: sqrt(8 / t) * exp(-8 / t) * besseli(0, 8 / t), 0, 1)),
    "I1_NEAR": ("e^(−x) I₁(x) / x of x in [0, 8]", lambda: series(lambda x: exp(-x) * besseli(1, x) / x, 0, 8)),
    "I1_FAR": ("√x e^(−x) I₁(x) of 8 / x in [0, 1]", lambda: series(lambda t: sqrt(8 / t) * exp(-8 / t) * besseli(1, 8 / t), 0, 1)),
    "K0_NEAR": ("K₀(x) + ln(x / 2) I₀(x) of x² in [0, 4]",
                lambda: series(lambda t: besselk(0, sqrt(t)) + log(sqrt(t) / 2) * besseli(0, sqrt(t)), 0, 4)),
    "K0_FAR": ("√x e^x K₀(x) of 2 / x in [0, 1]", lambda: series(lambda t: sqrt(2 / t) * exp(2 / t) * besselk(0, 2 / t), 0, 1)),
    "K1_NEAR": ("x (K₁(x) − ln(x / 2) I₁(x)) of x² in [0, 4]",
                lambda: series(lambda t: sqrt(t) * (besselk(1, sqrt(t)) - log(sqrt(t) / 2) * besseli(1, sqrt(t))), 0, 4)),
    "K1_FAR": ("√x e^x K₁(x) of 2 / x in [0, 1]", lambda: series(lambda t: sqrt(2 / t) * exp(2 / t) * besselk(1, 2 / t), 0, 1)),
    "J0_NEAR": ("J₀(x) of x² in [0, 64]", lambda: series(lambda t: besselj(0, sqrt(t)), 0, 64)),
    "J1_NEAR": ("J₁(x) / x of x² in [0, 64]", lambda: series(lambda t: besselj(1, sqrt(t)) / sqrt(t), 0, 64)),
    "Y0_NEAR": ("Y₀(x) − (2 / π) ln x J₀(x) of x² in [0, 64]",
                lambda: series(lambda t: bessely(0, sqrt(t)) - 2 / pi * log(sqrt(t)) * besselj(0, sqrt(t)), 0, 64)),
    "Y1_NEAR": ("(Y₁(x) − (2 / π) (ln x J₁(x) − 1 / x)) / x of x² in [0, 64]",
                lambda: series(lambda t: (bessely(1, sqrt(t)) - 2 / pi * (log(sqrt(t)) * besselj(1, sqrt(t)) - 1 / sqrt(t))) / sqrt(t), 0, 64)),
    "P0_FAR": ("P of J₀ and Y₀ of (8 / x)² in [0, 1]", lambda: series(of_inverse_square(0, 0), 0, 1)),
    "Q0_FAR": ("Q x / 8 of J₀ and Y₀ of (8 / x)² in [0, 1]", lambda: series(of_inverse_square(0, 1), 0, 1)),
    "P1_FAR": ("P of J₁ and Y₁ of (8 / x)² in [0, 1]", lambda: series(of_inverse_square(1, 0), 0, 1)),
    "Q1_FAR": ("Q x / 8 of J₁ and Y₁ of (8 / x)² in [0, 1]", lambda: series(of_inverse_square(1, 1), 0, 1)),
    "AIRY_NEAR": ("Ai(x) of x in [−4, 2]", lambda: series(airyai, -4, 2)),
    "AIRY_ABOVE": ("2 √π x^¼ e^ζ Ai(x) of ζ(2) / ζ in [0, 1], ζ = ⅔ x^1.5", lambda: series(airy_above, 0, 1)),
    "AIRY_P": ("P of Ai(−z) = (P cos u + Q sin u) / (√π z^¼), u = ζ − π / 4, of (ζ(4) / ζ)² in [0, 1]", lambda: series(airy_phases(0), 0, 1)),
    "AIRY_Q": ("Q ζ of the same", lambda: series(airy_phases(1), 0, 1)),
}
POWERS = {f"TEMME_{k}": (f"C{'₀₁₂'[k]} of Temme's expansion by powers of η", row) for k, row in enumerate(temme())}


def main():
    head = "Series of special functions, computed by scripts/make_series.py. c₀ + c₁ T₁(t) + c₂ T₂(t) + … with Chebyshev polynomials T where nothing else is said."
    ts, cpp = [f"/** {head} */"], [f"// {head}", "#pragma once", "", "namespace cellgrad {", "namespace {", ""]
    tables = {name: (what, make()) for name, (what, make) in TABLES.items()} | POWERS
    for name, (what, c) in tables.items():
        numbers = [repr(float(x)) for x in c]
        ts += ["", f"/** {what}. */", f"export const {name}: readonly number[] = [{', '.join(numbers)}];"]
        short = "k" + "".join(w.capitalize() for w in name.split("_"))
        cpp += [f"// {what}", f"constexpr double {short}[] = {{{', '.join(numbers)}}};"]
        print(name, len(c))
    cpp += ["", "}  // namespace", "}  // namespace cellgrad", ""]
    (ROOT / "src/primitives/series.ts").write_text("\n".join(ts) + "\n")
    (ROOT / "src/engine/cpu/native/series.h").write_text("\n".join(cpp))


main()
