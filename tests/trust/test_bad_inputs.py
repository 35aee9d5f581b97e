"""Whatever is sent, a reader refuses or reads it: it neither dies nor hangs. The command feeds 100,000; here some."""

from tests.trust.bad_inputs import feed, targets

COUNT = 6_000


def test_no_bad_input_kills_or_hangs_a_reader():
    fed, deaths, hangs = feed(COUNT)

    assert set(fed) == set(targets())
    assert deaths == []
    assert hangs == []
