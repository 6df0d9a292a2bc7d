"""Usage: facts, estimates, and what is not known."""

from purveyor.types.usage import Usage


def test_usages_are_added():
    """Field by field; what the supplier said is not carried along."""
    one = Usage(input_tokens=1, output_tokens=2, total_tokens=3, raw={"x": 1})
    two = Usage(input_tokens=10, output_tokens=20, total_tokens=30)
    assert one + two == Usage(input_tokens=11, output_tokens=22, total_tokens=33)


def test_unknown_plus_anything_is_unknown():
    """None is not zero."""
    total = Usage(input_tokens=1) + Usage(input_tokens=2, output_tokens=3)
    assert total.input_tokens == 3
    assert total.output_tokens is None


def test_an_estimate_plus_a_fact_is_an_estimate():
    """It stays marked."""
    assert (Usage(input_tokens=1, is_estimate=True) + Usage(input_tokens=1)).is_estimate
