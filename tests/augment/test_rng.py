"""Claims about the addressable random numbers: uniform, independent across every part of the address, stable."""

from __future__ import annotations

import numpy as np
import pytest

from augment.rng import normal_field, stream

N = 100_000


def chi_squared(u: np.ndarray, cells: int = 100) -> float:
    """Standardized chi-squared statistic of uniformity: near 0, its standard deviation is 1."""
    counts = np.bincount((u * cells).astype(int), minlength=cells)
    expected = len(u) / cells
    statistic = ((counts - expected) ** 2 / expected).sum()
    return float((statistic - (cells - 1)) / np.sqrt(2 * (cells - 1)))


ADDRESSES = {
    "index": lambda: stream(7, "rotate#0", 3, np.arange(N)).uniform(0),
    "epoch": lambda: np.array([stream(7, "rotate#0", e, np.array([5])).uniform(0)[0] for e in range(4000)]),
    "seed": lambda: np.array([stream(s, "rotate#0", 3, np.array([5])).uniform(0)[0] for s in range(4000)]),
    "draw": lambda: np.array([stream(7, "rotate#0", 3, np.array([5])).uniform(k)[0] for k in range(4000)]),
    "key": lambda: np.array([stream(7, f"op#{k}", 3, np.array([5])).uniform(0)[0] for k in range(4000)]),
}


@pytest.mark.parametrize("part", sorted(ADDRESSES))
def test_numbers_along_one_part_of_the_address_are_uniform_and_independent(part):
    """Along index, epoch, seed, draw id or key: chi-squared, mean, variance and serial correlation are right."""
    u = ADDRESSES[part]()
    assert u.min() >= 0
    assert u.max() < 1
    assert abs(chi_squared(u)) < 4
    tolerance = 4 / np.sqrt(len(u))
    assert abs(u.mean() - 0.5) < tolerance * np.sqrt(1 / 12)
    for lag in (1, 2, 3, 64):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < tolerance


def test_different_addresses_are_not_correlated():
    """Epochs, seeds, keys and draw ids give unrelated numbers for the same samples; seed and epoch do not swap."""
    index = np.arange(N)
    streams = [
        stream(seed, key, epoch, index).uniform(draw)
        for seed, key, epoch, draw in [
            (0, "flip#0", 0, 0), (1, "flip#0", 0, 0), (0, "flip#1", 0, 0), (0, "flip#0", 1, 0), (0, "flip#0", 0, 1),
            (2, "flip#0", 1, 0), (1, "flip#0", 2, 0), (-1, "flip#0", 0, 0), (2**80, "flip#0", 0, 0),
        ]
    ]  # fmt: skip
    correlation = np.corrcoef(streams) - np.eye(len(streams))
    assert np.abs(correlation[:7, :7]).max() < 4.5 / np.sqrt(N)
    pairs = (streams[0][:-1] * 10).astype(int) * 10 + (streams[3][1:] * 10).astype(int)
    assert abs(chi_squared((pairs + 0.5) / 100)) < 4


def test_integers_and_normals():
    """Whole numbers cover both ends evenly; normals have mean 0, variance 1, kurtosis 3."""
    numbers = stream(1, "x", 0, np.arange(N))
    integers = numbers.integers(0, -2, 3)
    assert sorted(set(integers.tolist())) == [-2, -1, 0, 1, 2, 3]
    assert np.bincount(integers + 2).min() > N / 6 * 0.95
    fields = normal_field(numbers.bits(0)[:500], 203)
    assert fields.shape == (500, 203)
    for z in (numbers.normal(0), fields.ravel()):
        assert abs(z.mean()) < 0.015
        assert z.var() == pytest.approx(1, abs=0.02)
        assert (z**4).mean() == pytest.approx(3, abs=0.12)
    assert np.array_equal(fields[7], normal_field(numbers.bits(0)[7:8], 203)[0])
    assert np.array_equal(fields[:, :50], normal_field(numbers.bits(0)[:500], 50))


def test_the_numbers_are_the_same_everywhere_and_forever():
    """Known answers: recipes of finished runs replay only as long as these hold."""
    numbers = stream(7, "rotate#0", 3, np.array([0, 1, 2**40]))
    assert numbers.bits(0).tolist() == KNOWN_BITS
    assert normal_field(numbers.bits(1), 5)[0].tolist() == pytest.approx(KNOWN_NORMALS, abs=1e-6)


KNOWN_BITS = [13259886008298935402, 9162418750813966815, 8299158550462386198]
KNOWN_NORMALS = [1.1748968, -0.9285861, -1.1419032, -0.478308, 1.6034245]
