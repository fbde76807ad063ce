"""Jupyter's own test suite for kernels (jupyter_kernel_test), with every sample that it knows."""

import unittest

import jupyter_kernel_test


class CellgradKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "cellgrad"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world');"
    code_stderr = "console.error('to stderr');"
    code_page_something = "tensor?"
    code_generate_error = "throw new Error('on purpose');"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "const answer: number = 42;\nanswer + 1", "result": "43"},
        {"code": "await Promise.resolve('later')", "result": "'later'"},
    ]
    code_display_data = [
        # The first figure of a session brings plotly.js along in an output of its own; the second comes alone.
        {"code": "viz.plot([{ y: [1, 2, 3] }]).show()", "mime": "text/html"},
        {"code": "viz.plot([{ y: [1, 2, 3] }]).show()", "mime": "application/vnd.plotly.v1+json"},
        {"code": "display({ [Symbol.for('Jupyter.display')]: () => ({ 'image/svg+xml': '<svg/>' }) })", "mime": "image/svg+xml"},
    ]
    completion_samples = [
        {"text": "const incomparable = 1;\nincompa", "matches": {"incomparable"}},
        {"text": "'text'.toUpperC", "matches": {"toUpperCase"}},
    ]
    complete_code_samples = ["1", "const a = 1;", "for (const i of [1, 2]) {\n  console.log(i);\n}", "// comment"]
    incomplete_code_samples = ["const a =", "function f() {", "for (const i of [1, 2]) {\n", "`open template"]
    invalid_code_samples = ["const = 1", "1 +* 2", "}"]
    code_inspect_sample = "Math.max"
    code_history_pattern = "6*7"
    supported_history_operations = ("tail", "range", "search")
    code_clear_output = "clearOutput()"


if __name__ == "__main__":
    unittest.main()
