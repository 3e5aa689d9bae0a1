# %% [markdown]
# # Warm up: is your Python ready for the field?
#
# Before a field campaign one lays the gear on the floor and looks at it: does the lamp burn, is the hammer there, who
# has the maps? This notebook does the same with your Python. It asks for eight small things that every later lesson
# takes for granted: lists, arrays, tables, files, random numbers, a least-squares line and a figure that others can
# read.
#
# **It counts for nobody but yourself.** Nobody looks at how long it took, and you may look up whatever you like;
# looking things up *is* the skill. What it gives you is a list: at the end you will see which of the eight came easily
# and what to read about the others before the course begins.
#
# ## How it works
#
# Below each task there is a cell that begins a function and says `YOUR CODE HERE`. Replace the line
# `raise NotImplementedError()` by your own, mostly one to six lines, and run the cell, then the cell of tests below it.
# If the tests say nothing, all is well. If they say something, it is meant as a hint. More tests, with other numbers,
# run when you submit.
#
# You need about an hour, and nothing but Python with NumPy, pandas, Matplotlib and the course's own library.

# %% readonly="setup"
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from eds_datasets import load_iris

plt.rcParams.update({"figure.dpi": 100, "font.size": 10.5})
# colours that readers with any colour vision can tell apart (Okabe & Ito)
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#E69F00", "#009E73", "#777777"

FOLDER = Path(tempfile.mkdtemp(prefix="warmup-"))

# %% [markdown]
# ## 1. Find every place in a list
#
# A field book of an afternoon: granite, gneiss, granite, schist, granite. At which stops was there granite?
# `list.index` knows the first one only. Positions count from 0, as everywhere in Python.
#
# **Write** `find_all(items, value)`. The function `enumerate` gives you positions and items together.

# %% answer="find-all"
def find_all(items, value):
    """Find all positions of a value.

    Parameters
    ----------
    items : list
    value : object

    Returns
    -------
    list of int
        Positions at which ``item == value``, increasing; an empty list if there is none.
    """
    ### BEGIN SOLUTION
    return [position for position, item in enumerate(items) if item == value]
    ### END SOLUTION


# %% tests="test-find-all" points=12 topics="lab.python"
_stops = ["granite", "gneiss", "granite", "schist", "granite"]
assert find_all(_stops, "granite") is not None, "the function gives nothing back: does it end with return?"
assert isinstance(find_all(_stops, "granite"), list), f"return a list of all positions: got {find_all(_stops, 'granite')!r}"
assert list(find_all(_stops, "granite")) == [0, 2, 4], f"there is granite at the stops 0, 2 and 4: got {find_all(_stops, 'granite')}"
assert list(find_all(_stops, "schist")) == [3], f"there is schist at the stop 3 alone: got {find_all(_stops, 'schist')}"
assert list(find_all(_stops, "basalt")) == [], f"there is no basalt, the list is empty: got {find_all(_stops, 'basalt')}"
### BEGIN HIDDEN TESTS
_items = [7, 3, 7.0, "7", 7, None, 3]
_kept = list(_items)
assert list(find_all(_items, 7)) == [0, 2, 4], "Every item that is equal to the value counts (7 and 7.0 are equal, the text '7' is not)."
assert list(find_all(_items, 3)) == [1, 6], "The last position counts as well."
assert list(find_all([], 1)) == [], "An empty list has no position: return an empty list."
assert list(find_all(["a", "b", "ab"], "a")) == [0], "Compare whole items: 'ab' contains 'a' and is not equal to it."
assert _items == _kept, "The list that comes in must be left as it was."
assert isinstance(find_all(["x"], "x"), list), "Return a list."
### END HIDDEN TESTS

# %%
walk = ["granite", "gneiss", "granite", "schist", "granite", "gneiss", "schist", "schist"]
stops_of = {rock: find_all(walk, rock) for rock in ("granite", "gneiss", "schist")}
fig, ax = plt.subplots(figsize=(8, 1.9), layout="tight")
for height, stops in enumerate(stops_of.values()):
    ax.plot(stops, [height] * len(stops), "o", ms=11, color=(BLUE, ORANGE, GREEN)[height])
ax.set_yticks(range(3), stops_of)
ax.set(xlabel="stop", ylim=(-0.6, 2.6), xticks=range(len(walk)))
plt.show()

# %% [markdown]
# **Read the picture.** A longer walk: eight stops, each with one rock, so every column has one dot. Between which two
# stops is the contact of the schist most likely, if the one at stop 3 is a loose block?
#
# ## 2. Make an array of angles
#
# A ship checks its compass at $n$ directions, evenly around the circle: for $n = 4$ that is $0, \pi/2, \pi$ and
# $3\pi/2$, in radians. The full turn $2\pi$ is not among them, since it is the direction 0 again.
#
# **Write** `angles(n)`. `np.linspace` has an argument `endpoint`. With `np.arange`, count in whole numbers and multiply
# afterwards: with a fraction for its *step*, rounding can bring out one direction too many (for $n = 61$ it does).

# %% answer="angles"
def angles(n):
    """Directions that divide the circle evenly.

    Parameters
    ----------
    n : int
        At least 1.

    Returns
    -------
    array of float, shape (n,)
        Angles from 0 on, below 2 pi, rad.
    """
    ### BEGIN SOLUTION
    return np.linspace(0, 2 * np.pi, n, endpoint=False)
    ### END SOLUTION


# %% tests="test-angles" points=10 topics="lab.python"
assert isinstance(angles(4), np.ndarray), f"return a NumPy array: got {type(angles(4)).__name__}"
assert np.shape(angles(4)) == (4,), f"four directions, shape (4,): got {np.shape(angles(4))}"
assert np.allclose(angles(4), [0, np.pi / 2, np.pi, 3 * np.pi / 2]), (
    f"a quarter turn apart, in radians: 0, 1.571, 3.142, 4.712; got {np.round(angles(4), 3)} (in radians? is the full turn left out?)"
)
assert np.shape(angles(61)) == (61,), f"61 directions, shape (61,): got {np.shape(angles(61))} (np.arange with a step of 2 pi / n can give one too many)"
### BEGIN HIDDEN TESTS
for _n in (1, 3, 7, 122, 360):
    _angles = angles(_n)
    assert np.shape(_angles) == (_n,), "There are n directions, whatever n is (np.arange with a fraction for a step can give one too many)."
    assert np.isclose(_angles[0], 0), "The first direction is 0."
    assert np.allclose(_angles, [2 * np.pi * _k / _n for _k in range(_n)]), "Neighbouring directions are 2 pi / n apart, and the full turn is not among them."
### END HIDDEN TESTS

# %%
directions = angles(12)
fig, ax = plt.subplots(figsize=(3.6, 3.6), layout="tight")
ax.plot(np.cos(directions), np.sin(directions), "o", color=BLUE, ms=8)
for number, direction in enumerate(directions):
    ax.annotate(number, (1.28 * np.cos(direction), 1.28 * np.sin(direction)), ha="center", va="center", color=GREY)
ax.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal", xlabel="cosine", ylabel="sine")
plt.show()

# %% [markdown]
# **Read the picture.** Twelve dots, no two at the same place. The numbers begin on the right and grow against the clock,
# as mathematicians count; if up is north, that is from the east. A compass counts from the north and *with* the clock.
# Which numbers do the compass's 0° and its 90° have here? You will meet both habits in this course.
#
# ## 3. Mirror and stack
#
# Sometimes half of the data comes backwards. Where the noise at two seismic stations is compared, for instance, half of
# the result shows waves that run from the first to the second, and the other half shows, in reverse time, those that
# run back; before the two can be added, one of them has to be *mirrored*. Practise it on anything: from an array $x$ of
# shape $(n,)$ make an array of shape $(2, n)$ with $x$ in the first row and $x$ in reverse order in the second.
#
# **Write** `mirror_stack(x)`. Reversed is `x[::-1]`; `np.stack` and `np.vstack` put arrays on top of each other.

# %% answer="mirror-stack"
def mirror_stack(x):
    """Stack an array on its mirror image.

    Parameters
    ----------
    x : array or list, shape (n,)

    Returns
    -------
    array, shape (2, n)
        x, and below it x in reverse order. x itself is left as it was.
    """
    ### BEGIN SOLUTION
    x = np.asarray(x)
    return np.stack([x, x[::-1]])
    ### END SOLUTION


# %% tests="test-mirror-stack" points=12 topics="lab.python"
_stacked = mirror_stack(np.array([2.0, 5.0, 1.0]))
assert np.shape(_stacked) == (2, 3), f"two rows of three, shape (2, 3): got {np.shape(_stacked)}"
assert np.array_equal(_stacked[0], [2, 5, 1]), f"the first row is x itself: got {_stacked[0]}"
assert np.array_equal(_stacked[1], [1, 5, 2]), f"the second row is x in reverse order: got {_stacked[1]}"
### BEGIN HIDDEN TESTS
_x = np.array([4, -1, 9, 9, 0, 2])
_kept = _x.copy()
_stacked = mirror_stack(_x)
assert np.array_equal(_x, _kept), "The array that comes in must be left as it was: reverse a copy, not x itself."
assert np.shape(_stacked) == (2, 6), "The result has two rows and as many columns as x has values."
assert all(_stacked[0][_i] == _kept[_i] and _stacked[1][_i] == _kept[5 - _i] for _i in range(6)), "x stands in the first row and its reverse in the second; sorting is not reversing."
assert np.array_equal(mirror_stack([3, 1]), [[3, 1], [1, 3]]), "A list must work too."
assert np.array_equal(mirror_stack([0.25, 1.5])[1], [1.5, 0.25]), "The values stay as they are, with their decimals."
assert np.shape(mirror_stack(np.zeros(1))) == (2, 1), "A single value still gives two rows."
### END HIDDEN TESTS

# %%
time = np.linspace(0, 1, 200)
wave = np.exp(-8 * time) * np.sin(40 * time)
both = mirror_stack(wave)
fig, ax = plt.subplots(figsize=(8, 2.6), layout="tight")
for row, colour, label in zip(both, (BLUE, ORANGE), ("as recorded", "mirrored")):
    ax.plot(time, row, color=colour, lw=2, label=label)
ax.set(xlabel="time (s)", ylabel="amplitude")
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# **Read the picture.** A signal begins loudly and fades; played backwards it swells and stops. Which of the two could
# be an earthquake?
#
# ## 4. Read a table from a file
#
# Measurements arrive as text. The next cell writes such a file, of 150 flowers (irises of three species), and the one
# after it shows how the file begins: with a line of comment, a header, and commas between the values.

# %% readonly="table"
_iris = load_iris()
_lines = ["# sepals and petals in cm", ",".join([*(name.replace(" ", "_") for name in _iris.feature_names), "species"])]
for _row, _label in zip(_iris.features, _iris.species):
    _lines.append(",".join([*(f"{value:.1f}" for value in _row), _iris.species_names[_label]]))
_ = (FOLDER / "iris.csv").write_text("\n".join(_lines) + "\n", encoding="utf-8")

# %%
print("\n".join((FOLDER / "iris.csv").read_text().splitlines()[:5]))

# %% [markdown]
# **Write** `read_iris_table(path)`, which returns a pandas `DataFrame`. `pd.read_csv` has an argument `comment`. Rows in
# which *any* value is missing are left out, and the rows are numbered anew from 0: nothing is missing in this file, but
# something will be in another.

# %% answer="read-iris-table"
def read_iris_table(path):
    """Read a table of irises.

    Parameters
    ----------
    path : str or Path
        A file of comma-separated values with a header; lines that begin with # are comments.

    Returns
    -------
    DataFrame
        The columns of the file, measurements as numbers, the species as text. Rows with a missing value are left out,
        and the rows are numbered from 0 without gaps.
    """
    ### BEGIN SOLUTION
    return pd.read_csv(path, comment="#").dropna().reset_index(drop=True)
    ### END SOLUTION


# %% tests="test-read-iris-table" points=14 topics="lab.python"
_table = read_iris_table(FOLDER / "iris.csv")
assert isinstance(_table, pd.DataFrame), f"return a DataFrame: got {type(_table).__name__}"
assert len(_table) == 150, f"there are 150 flowers: got {len(_table)} rows (is the comment left out?)"
assert list(_table.columns) == ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"], (
    f"the columns are those of the header: got {list(_table.columns)}"
)
_path = Path(tempfile.mkdtemp(dir=FOLDER)) / "gap.csv"
_path.write_text("species,petal_width\nsetosa,0.2\nsetosa,\nvirginica,2.5\n")
_gap = read_iris_table(_path)
assert len(_gap) == 2 and list(_gap.index) == [0, 1], f"without the flower that has no petal width, the rows are 0 and 1: got {list(_gap.index)}"
assert np.isclose(_table["petal_length"].mean(), 3.758), f"the petals are 3.758 cm long on average: got {_table['petal_length'].mean()}"
### BEGIN HIDDEN TESTS
_path = Path(tempfile.mkdtemp(dir=FOLDER)) / "other.csv"
_path.write_text("# a\n# b\nspecies,petal_width,sepal_length\nvirginica,2.5,6.3\nsetosa,,5.1\nversicolor,1.4,7\n# c\n,1.0,5.0\nsetosa,0.2,4.9\n")
_table = read_iris_table(str(_path))
assert list(_table.columns) == ["species", "petal_width", "sepal_length"], "The columns are those of the file, in its order: take them from the header."
assert not any(str(_name).startswith("#") for _name in _table["species"]), "Every line that begins with # is a comment, wherever it stands."
assert not _table.isna().any().any(), "A row in which any value is missing must be left out."
assert len(_table) == 3, "Leave out rows with a missing value, and no others."
assert list(_table["species"]) == ["virginica", "versicolor", "setosa"], "The flowers stay in the order of the file."
assert np.allclose(_table["sepal_length"].astype(float), [6.3, 7.0, 4.9]) and pd.api.types.is_numeric_dtype(_table["petal_width"]), "Measurements must be numbers, not text."
assert list(_table.index) == [0, 1, 2], "Number the rows anew from 0, so that no number is missing."
### END HIDDEN TESTS

# %%
flowers = read_iris_table(FOLDER / "iris.csv")
fig, ax = plt.subplots(figsize=(6, 3.6), layout="tight")
for (species, group), colour, marker in zip(flowers.groupby("species"), (BLUE, ORANGE, GREEN), "os^"):
    ax.plot(group["petal_length"], group["petal_width"], marker, color=colour, ms=5, alpha=0.7, label=species)
ax.set(xlabel="petal length (cm)", ylabel="petal width (cm)")
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# **Read the picture.** Three species, two numbers each. Which species could you name from the petals alone? Lesson 05
# asks a machine.
#
# ## 5. Draw random numbers that can be drawn again
#
# A result that nobody can repeat is an anecdote. So randomness has a *seed*: `rng = np.random.default_rng(7)` gives a
# generator whose numbers look random and are the same every time. A function that needs chance takes the generator as an
# argument.
#
# **Write** `random_product(shape, rng)`: draw two matrices of the given shape with values evenly between 0 and 1
# (`rng.random`), the first one first, and return the matrix product of the first with the *transpose* of the second,
# $A B^{\mathsf{T}}$. For a shape of $(n, m)$ the product has the shape $(n, n)$.

# %% answer="random-product"
def random_product(shape, rng):
    """Multiply a random matrix by the transpose of another one.

    Parameters
    ----------
    shape : tuple of two int
        Of both matrices, (n, m).
    rng : numpy.random.Generator
        The only source of randomness; the first matrix is drawn first.

    Returns
    -------
    array, shape (n, n)
    """
    ### BEGIN SOLUTION
    first = rng.random(shape)
    second = rng.random(shape)
    return first @ second.T
    ### END SOLUTION


# %% tests="test-random-product" points=12 topics="lab.python"
_product = random_product((2, 3), np.random.default_rng(7))
assert np.shape(_product) == (2, 2), f"(2, 3) times (3, 2) is (2, 2): got {np.shape(_product)}"
assert np.array_equal(_product, random_product((2, 3), np.random.default_rng(7))), "the same seed must give the same matrix: take all numbers from rng"
assert not np.array_equal(_product, random_product((2, 3), np.random.default_rng(8))), "another seed must give another matrix: take all numbers from rng"
_column, _other = np.random.default_rng(7).random((2, 2, 1))
_product = random_product((2, 1), np.random.default_rng(7))
assert np.allclose(_product, np.outer(_column, _other)), (
    f"with the shape (2, 1) this seed draws first A, {np.round(_column[:, 0], 3)}, then B, {np.round(_other[:, 0], 3)}; the matrix product of A and the transpose of B is "
    f"{np.round(np.outer(_column, _other), 3).tolist()}: got {np.round(_product, 3).tolist()}"
)
### BEGIN HIDDEN TESTS
for _seed, _shape in ((1, (4, 2)), (2, (3, 3)), (3, (1, 5))):
    _draw = np.random.default_rng(_seed)
    _a, _b = _draw.random(_shape), _draw.random(_shape)
    _wanted = np.array([[sum(_a[_i, _k] * _b[_j, _k] for _k in range(_shape[1])) for _j in range(_shape[0])] for _i in range(_shape[0])])
    _product = random_product(_shape, np.random.default_rng(_seed))
    assert np.shape(_product) == (_shape[0], _shape[0]), "The product of (n, m) and (m, n) has the shape (n, n)."
    assert np.all(np.asarray(_product) >= 0) and np.mean(_product) < 0.6 * _shape[1], "Draw values evenly between 0 and 1, with rng.random."
    assert np.allclose(_product, _wanted), "Multiply the first matrix that was drawn by the transpose of the second: a matrix product, not value by value."
_state = np.random.get_state()[1].copy()
random_product((2, 2), np.random.default_rng(0))
assert np.array_equal(_state, np.random.get_state()[1]), "Draw from rng, not from NumPy's global generator."
### END HIDDEN TESTS

# %%
products = [(seed, random_product((6, 4), np.random.default_rng(seed))) for seed in (7, 7, 8)]
fig, axes = plt.subplots(1, 3, figsize=(8, 2.7), layout="tight")
for panel, (seed, product) in zip(axes, products):
    panel.imshow(product, cmap="viridis", vmin=0, vmax=2.5)
    panel.set(title=f"seed {seed}", xticks=[], yticks=[])
plt.show()

# %% [markdown]
# **Read the picture.** Each square is one number of a product, the brighter the larger. Each of the three products was
# drawn anew, and yet two are the same to the last digit. Why is that a comfort, and what would you write down with a
# result, so that others can draw your numbers too?
#
# ## 6. Fit a line
#
# On a mountain the temperature falls with height. From heights $x_i$ (km) and temperatures $y_i$ (°C), find the slope $a$
# and the intercept $b$ of the line that is closest in the sense of least squares,
#
# $$ a = \frac{\sum_i (x_i - \bar{x})(y_i - \bar{y})}{\sum_i (x_i - \bar{x})^2} , \qquad b = \bar{y} - a \bar{x} , $$
#
# with $\bar{x}$ and $\bar{y}$ the means. `np.polyfit` is welcome; so are the sums.
#
# **Write** `fit_line(x, y)`.

# %% answer="fit-line"
def fit_line(x, y):
    """Fit y = slope x + intercept by least squares.

    Parameters
    ----------
    x, y : array or list, shape (n,)
        At least two different values of x.

    Returns
    -------
    slope, intercept : float
    """
    ### BEGIN SOLUTION
    slope, intercept = np.polyfit(x, y, 1)
    return slope, intercept
    ### END SOLUTION


# %% tests="test-fit-line" points=14 topics="lab.python"
_answer = fit_line(np.array([0.0, 1.0, 2.0]), np.array([15.0, 8.5, 2.0]))
assert _answer is not None, "the function gives nothing back: does it end with return?"
assert len(_answer) == 2, f"return two numbers, slope and intercept: got {_answer}"
assert np.allclose(_answer, [-6.5, 15.0]), f"from 15 to 2 °C over 2 km: slope -6.5 °C/km, intercept 15 °C, in this order; got {_answer}"
assert np.allclose(fit_line([0, 1, 2], [0, 0, 3]), [1.5, -0.5]), f"the closest line to (0, 0), (1, 0), (2, 3) is 1.5 x - 0.5: got {fit_line([0, 1, 2], [0, 0, 3])}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(40)
_x, _y = _rng.uniform(-2, 9, 25), _rng.normal(0, 3, 25)
_y = _y + 0.7 * _x - 20
_a = sum((_x[_i] - _x.mean()) * (_y[_i] - _y.mean()) for _i in range(25)) / sum((_x[_i] - _x.mean()) ** 2 for _i in range(25))
_b = _y.mean() - _a * _x.mean()
_kept = _x.copy(), _y.copy()
_slope, _intercept = fit_line(_x, _y)
assert np.array_equal(_x, _kept[0]) and np.array_equal(_y, _kept[1]), "The arrays that come in must be left as they were."
assert np.isclose(_slope, _a, rtol=1e-4), "The slope comes first; it is the sum of the products of the deviations over the sum of the squared deviations of x."
assert np.isclose(_intercept, _b, rtol=1e-4), "The intercept is where the line crosses x = 0, not the value at the first point."
assert np.allclose(fit_line([1, 3], [2, 2]), [0, 2], atol=1e-9), "Lists of whole numbers must work too; a level line has the slope 0."
### END HIDDEN TESTS

# %%
height = np.array([0.1, 0.4, 0.7, 1.2, 1.5, 1.9, 2.3, 2.6])
temperature = np.array([14.6, 12.1, 10.9, 7.2, 5.9, 2.4, 0.8, -2.1])
slope, intercept = fit_line(height, temperature)
fig, ax = plt.subplots(figsize=(6, 3.2), layout="tight")
ax.plot(height, temperature, "o", color=BLUE, ms=7, label="measured")
ax.plot(height, slope * height + intercept, color=ORANGE, lw=2, label=f"{slope:.1f} °C per km")
ax.axhline(0, color=GREY, lw=0.8, ls="--")
ax.set(xlabel="height (km)", ylabel="temperature (°C)")
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# **Read the picture.** At which height does it freeze? And would you use the line to say how cold it is at 12 km?
#
# ## 7. Draw a figure that others can read
#
# A figure without labels is a riddle. Matplotlib draws on *axes*, an object `ax` that a function can be given.
#
# **Write** `plot_trigonometry(ax)`, which draws on `ax` the sine and the cosine of the angles from 0 to $2\pi$ (at least
# 50 points each), so that
#
# - the sine is a solid line with the label `sine`, the cosine a **dashed** line with the label `cosine`;
# - there are a title, a label on each axis, a legend and a grid.
#
# `ax.plot` has the arguments `linestyle` and `label`; `ax.set` takes `title`, `xlabel` and `ylabel`.

# %% answer="plot-trigonometry"
def plot_trigonometry(ax):
    """Draw sine and cosine of the angles from 0 to 2 pi.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Drawn upon.
    """
    ### BEGIN SOLUTION
    # audit: equivalent [swapped arguments] because a line may be drawn from right to left
    # audit: equivalent [off by one] because the number of points is free above 50
    angle = np.linspace(0, 2 * np.pi, 200)
    # audit: equivalent [no linestyle] because a line is solid by default
    ax.plot(angle, np.sin(angle), linestyle="-", label="sine")
    ax.plot(angle, np.cos(angle), linestyle="--", label="cosine")
    ax.set(title="Sine and cosine", xlabel="angle (rad)", ylabel="value")
    ax.legend()
    ax.grid(True)
    ### END SOLUTION


# %% tests="test-plot-trigonometry" points=14 topics="lab.python"
_figure, (_ax, _other) = plt.subplots(1, 2)
try:
    plot_trigonometry(_ax)
finally:
    plt.close(_figure)
_lines = {_line.get_label(): _line for _line in _ax.get_lines()}
assert {"sine", "cosine"} <= set(_lines), f"draw two lines on ax (ax.plot, not plt.plot), with the labels 'sine' and 'cosine': got {list(_lines)}"
assert abs(max(_lines["sine"].get_xdata()) - 2 * np.pi) < 0.13, f"the angles go from 0 to 2 pi, 6.283 (radians): the last one is {max(_lines['sine'].get_xdata()):.3f}"
assert np.allclose(np.take(_lines["cosine"].get_ydata(), [0, -1]), 1, atol=0.01), "the cosine of 0 is 1, and so is that of 2 pi: is the line called cosine the cosine?"
assert _ax.get_title(), "the figure needs a title"
assert _ax.get_xlabel() and _ax.get_ylabel(), "both axes need a label"
assert _ax.get_legend() is not None, "the figure needs a legend"
assert _lines["cosine"].get_linestyle() == "--", f"the cosine is a dashed line: got {_lines['cosine'].get_linestyle()!r}"
assert any(_line.get_visible() for _line in _ax.get_xgridlines()), "switch the grid on: ax.grid(True)"
### BEGIN HIDDEN TESTS
_figure, (_left, _right) = plt.subplots(1, 2)
try:
    plot_trigonometry(_left)
finally:
    plt.close(_figure)
_lines = {_line.get_label(): _line for _line in _left.get_lines()}
assert len(_right.get_lines()) == 0 and len(_left.get_lines()) >= 2, "Draw on the axes that are given, with ax.plot, not with plt.plot."
assert {"sine", "cosine"} <= set(_lines), "Give the lines the labels sine and cosine."
for _name, _function in (("sine", np.sin), ("cosine", np.cos)):
    _x, _y = np.asarray(_lines[_name].get_xdata(), dtype=float), np.asarray(_lines[_name].get_ydata(), dtype=float)
    assert len(_x) >= 50, "Draw at least 50 points of each line, so that it looks smooth."
    assert abs(_x.min()) < 0.13 and abs(_x.max() - 2 * np.pi) < 0.13, "The angles go from 0 to 2 pi, in radians."
    assert np.allclose(_y, _function(_x), atol=1e-6), "The line called sine shows the sine of its angles, and the line called cosine the cosine."
assert _lines["sine"].get_linestyle() == "-", "The sine is a solid line."
assert _lines["cosine"].get_linestyle() == "--", "The cosine is a dashed line."
assert _left.get_title().strip() and _left.get_xlabel().strip() and _left.get_ylabel().strip(), "Title and axis labels need words."
assert _left.get_legend() is not None, "The figure needs a legend: ax.legend()."
assert any(_line.get_visible() for _line in _left.get_xgridlines()) and any(_line.get_visible() for _line in _left.get_ygridlines()), "Switch the grid on: ax.grid(True)."
### END HIDDEN TESTS

# %%
fig = plt.Figure(figsize=(7, 3.2), layout="tight")
plot_trigonometry(fig.subplots())
fig

# %% [markdown]
# **Read the picture** as somebody would who has not seen the code and has it printed without colours. Is everything there?
#
# ## 8. Summarise a table by groups
#
# Fifty flowers of each of three species: what is typical of each? Tables are summarised by *groups*: split the rows by
# species, compute something for each group, and put the results together. In pandas it is one line with `groupby`.
#
# **Write** `species_summary(table)`: a table with a row for each species, in alphabetical order. The species are its
# *index*, and it has three columns, `count` (how many flowers), `mean` and `std` of the petal length, the latter with
# $1/(n-1)$, as pandas does.

# %% answer="species-summary"
def species_summary(table):
    """Summarise the petal length of each species.

    Parameters
    ----------
    table : DataFrame
        Columns ``species`` and ``petal_length``, cm, and others.

    Returns
    -------
    DataFrame
        A row for each species, which is the index, in alphabetical order. Columns ``count``, ``mean`` (cm) and ``std``
        (cm, with n - 1).
    """
    ### BEGIN SOLUTION
    return table.groupby("species")["petal_length"].agg(["count", "mean", "std"])
    ### END SOLUTION


# %% tests="test-species-summary" points=12 topics="lab.python"
_small = pd.DataFrame({"species": ["b", "a", "b", "a", "b"], "petal_length": [1.0, 4.0, 2.0, 6.0, 3.0], "petal_width": 0.1})
_summary = species_summary(_small)
assert isinstance(_summary, pd.DataFrame), f"return a DataFrame with three columns: got {type(_summary).__name__}"
assert list(_summary.index) == ["a", "b"], f"one row for each species, in alphabetical order, with the species as the index: got {list(_summary.index)}"
assert {"count", "mean", "std"} <= set(_summary.columns), f"the columns are count, mean and std: got {list(_summary.columns)}"
assert list(_summary["count"]) == [2, 3], f"two flowers of a and three of b: got {list(_summary['count'])}"
assert np.allclose(_summary["mean"], [5, 2]), f"the mean petal lengths are 5 and 2 cm: got {list(_summary['mean'])}"
assert np.allclose(_summary["std"], [np.sqrt(2), 1]), f"the deviations with n - 1 are 1.414 and 1 cm: got {list(_summary['std'])}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(33)
_names = np.array(["versicolor", "aphylla", "setosa", "pumila"])[_rng.integers(0, 4, 60)]
_table = pd.DataFrame({"petal_length": _rng.normal(4, 1, 60), "species": _names, "petal_width": _rng.normal(1, 1, 60)})
_kept = _table.copy()
_summary = species_summary(_table)
assert _table.equals(_kept), "The table that comes in must be left as it was."
assert list(_summary.index) == sorted(set(_names.tolist())), "There is one row for each species of the table, whatever they are called, in alphabetical order."
for _name in set(_names.tolist()):
    _lengths = _table["petal_length"].to_numpy()[_names == _name]
    assert _summary.loc[_name, "count"] == len(_lengths), "count is the number of flowers of the species."
    assert np.isclose(_summary.loc[_name, "mean"], _lengths.sum() / len(_lengths)), "mean is the mean of the petal length of the species."
    assert np.isclose(_summary.loc[_name, "std"], np.sqrt(np.sum((_lengths - _lengths.mean()) ** 2) / (len(_lengths) - 1))), "std is the standard deviation of the petal length with n - 1."
### END HIDDEN TESTS

# %%
measured = pd.DataFrame(_iris.features, columns=[name.replace(" ", "_") for name in _iris.feature_names])
summary = species_summary(measured.assign(species=[_iris.species_names[label] for label in _iris.species]))
fig, ax = plt.subplots(figsize=(6, 2.8), layout="tight")
ax.bar(summary.index, summary["mean"], yerr=summary["std"], capsize=5, color=(BLUE, ORANGE, GREEN))
ax.set(ylabel="petal length (cm)")
plt.show()
summary.round(2)

# %% [markdown]
# **Read the picture.** The thin lines are one standard deviation up and down. Do the lines of any two species overlap? Go
# back to the picture of section 4: do the flowers?
#
# ## Where you stand, and what to read
#
# Run the next cell. It tries your eight functions once more and tells you what to read. Nothing is sent anywhere.

# %% readonly="advice"
_few = pd.DataFrame({"species": ["b", "a", "b"], "petal_length": [1.0, 4.0, 2.0]})
(FOLDER / "few.csv").write_text("species,petal_length\nb,1\n# one without a length\na,\nb,2\n", encoding="utf-8")


def _try(check):
    try:
        return bool(check())
    except Exception:
        return False


def _drawn():
    figure, (ax, _) = plt.subplots(1, 2)
    try:
        plot_trigonometry(ax)
    finally:
        plt.close(figure)
    lines = {line.get_label(): line.get_xydata().T for line in ax.get_lines()}
    right = all(np.allclose(function(lines[name][0]), lines[name][1]) for name, function in (("sine", np.sin), ("cosine", np.cos)))
    return right and abs(lines["sine"][0].max() - 2 * np.pi) < 0.13 and ax.get_title() and ax.get_legend() is not None


_advice = [
    ("find_all", "lists and loops", "the Python tutorial, chapters 3 to 5", lambda: find_all([1, 2, 1.0], 1) == [0, 2]),
    ("angles", "making arrays", "NumPy's guide for absolute beginners", lambda: np.allclose(angles(61), [2 * np.pi * k / 61 for k in range(61)])),
    ("mirror_stack", "slices and shapes", "NumPy's guide, on indexing and on stacking", lambda: np.array_equal(mirror_stack([1, 3, 2]), [[1, 3, 2], [2, 3, 1]])),
    ("read_iris_table", "files and tables", "pandas' getting-started tutorials 1 to 3", lambda: list(read_iris_table(FOLDER / "few.csv").index) == [0, 1]),
    ("random_product", "random numbers, matrices", "NumPy's guide, on random generators and on linear algebra", lambda: np.allclose(random_product((2, 3), np.random.default_rng(0)), [[0.6055, 0.8158], [1.0995, 0.6815]], atol=1e-3)),
    ("fit_line", "least squares", "lesson 02, section 2; the reference page of numpy.polyfit", lambda: np.allclose(fit_line([0, 1, 2], [0, 0, 3]), [1.5, -0.5])),
    ("plot_trigonometry", "figures", "Matplotlib's quick start guide", _drawn),
    ("species_summary", "groups", "pandas' guide, on group by: split, apply, combine", lambda: np.isclose(species_summary(_few).loc["b", "std"], np.sqrt(0.5))),
]
_ready = [_try(check) for *_, check in _advice]
for (name, skill, reading, _), ready in zip(_advice, _ready):
    print(f"{'ready   ' if ready else 'to read '} {name:18s} {skill:25s} {'' if ready else reading}")
_n = sum(_ready)
print()
if _n == 8:
    print("All eight: you are ready. See you in lesson 01.")
elif _n >= 5:
    print(f"{_n} of 8: a quiet evening with the readings above, and you are ready.")
else:
    print(f"{_n} of 8: take the readings above one a day, and come back to this notebook. It will wait.")
