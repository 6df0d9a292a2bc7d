"""Embeddings: one float32 buffer, seen as rows."""

from array import array

import pytest

from purveyor.types.embedding import Embeddings

TWO = Embeddings(buffer=array("f", [1, 2, 3, 4, 5, 6]).tobytes(), count=2, dimensions=3)


def test_rows_are_the_vectors():
    """In order, from either end."""
    assert len(TWO) == 2
    assert TWO[0].tolist() == [1, 2, 3]
    assert TWO[-1].tolist() == [4, 5, 6]
    assert [row.tolist() for row in TWO] == TWO.tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize("index", [2, -3])
def test_a_row_that_is_not_there_is_an_index_error(index):
    """It says how many there are."""
    with pytest.raises(IndexError, match="of 2"):
        TWO[index]


def test_the_matrix_copies_nothing():
    """A view of shape (count, dimensions)."""
    matrix = TWO.matrix()
    assert matrix.shape == (2, 3)
    assert matrix.format == "f"
    assert matrix[1, 2] == 6.0
    assert matrix.obj is TWO.buffer
