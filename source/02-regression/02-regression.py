# %% [markdown]
# # Fit, search, descend: regression on earthquake arrival times
#
# A small earthquake shakes the ground beneath the Southern Alps of New Zealand. A few seconds later a nearby
# seismometer feels the P wave, a little later the S wave, and an analyst marks both times. From fifty such
# earthquakes you will measure a property of the rock they crossed, with nothing but a straight line and a clear idea
# of what "best line" means.
#
# **What you will do.** You will fit that line three times (by trying everything, by trying at random, by walking
# downhill) and count what each way costs. Then you will let the curve bend, watch it bend too far, and stop it with
# two tools that you will use for the rest of this course: data kept aside, and regularisation. In the last part, the
# machine reads the P and S times from the seismograms by itself.
#
# **What you will learn**
#
# - what a model, its parameters and its loss are, and what "learning" minimises;
# - grid search, random search and gradient descent: what they find, what they cost, and how the learning rate decides;
# - overfitting, splitting the data honestly, ridge regularisation, and choosing its strength;
# - how scikit-learn puts dozens of regressors behind one interface, and how to choose among them;
# - how to turn the picking of seismic phases into a regression problem, and how far a simple regressor gets.
#
# **What you need.** About 100 minutes, Python with NumPy and Matplotlib, and no files: the earthquakes come from a
# real catalogue shipped inside ObsPy, the seismograms of the last part are simulated. You have met derivatives and
# matrix products before.
#
# **How it works.** Fill in the functions where you read `YOUR CODE HERE`. The cell below each of them tests your
# function; when it runs without a message, go on. After you submit, further tests with other numbers check the same
# function. Cells with pictures are yours: change them, break them, look again.

# %% readonly="setup"
import time

import matplotlib.pyplot as plt
import numpy as np
from eds_datasets import load_arrivals, simulate_waveforms

plt.rcParams.update(
    {
        "figure.constrained_layout.use": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.25,
        "font.size": 10,
    }
)
# a palette that readers with any colour vision can tell apart (Okabe & Ito)
BLUE, ORANGE, GREEN, RED, PINK, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#777777"

# %% [markdown]
# ## 1. Meet the data
#
# P waves travel at speed $v_P$, S waves at the lower speed $v_S$. At distance $d$ they arrive $t_P = d / v_P$ and
# $t_S = d / v_S$ seconds after the earthquake began. The distance is often uncertain, but look what happens in the
# difference:
#
# $$t_S - t_P = \left(\frac{v_P}{v_S} - 1\right) t_P .$$
#
# The distance has gone. Plot $t_S - t_P$ against $t_P$ for many earthquakes and stations and the points should fall
# on a straight line, whose slope measures the ratio $v_P / v_S$. Kiyoo Wadati drew this diagram around 1930, and
# seismologists still do: the ratio reacts to cracks, water and melt in the rock. In the simplest elastic rock it
# equals $\sqrt{3} \approx 1.73$.
#
# In the vocabulary of the lecture, our dataset is $\mathcal{D} = \{(x_i, y_i)\}_{i=1}^{N}$ with samples
# $x_i = t_P$ (s) and labels $y_i = t_S - t_P$ (s): one feature, one target, both continuous. Predicting a continuous
# label is called **regression**.

# %% readonly="arrivals"
arrivals = load_arrivals().table
pairs = arrivals.dropna(subset=["p_time", "s_time"])
p_time = pairs["p_time"].to_numpy(dtype=float)
s_minus_p = (pairs["s_time"] - pairs["p_time"]).to_numpy(dtype=float)

# %%
print(f"{arrivals['event'].nunique()} earthquakes, {arrivals['station'].nunique()} stations, ", end="")
print(f"{len(pairs)} records with both a P and an S pick")

fig, ax = plt.subplots(figsize=(7, 3.8))
ax.plot(p_time, s_minus_p, "o", color=BLUE, ms=5, alpha=0.6)
ax.set(xlim=(0, 7.2), ylim=(0, 4.2), xlabel="P travel time (s)", ylabel="S minus P time (s)")
ax.set_title("Wadati diagram of small earthquakes, Southern Alps, New Zealand")
plt.show()

# %% [markdown]
# *Look before you fit.* Is a straight line a reasonable model? Where would you expect it to cross the vertical axis,
# according to the formula? And do you see the short horizontal row of points near 1.6 s: what would have to be wrong
# with the *horizontal* position of those points for them to line up like this? We come back to that.
#
# ## 2. Write the model and its loss
#
# ### Predict with a straight line
#
# A **model** is a function with parameters, $f_\theta : x \mapsto \hat{y}$. Ours is a straight line with
# $\theta = (a, b)$:
#
# $$\hat{y} = f_\theta(x) = a\,x + b .$$
#
# Here the slope $a$ has no unit (seconds per second) and the intercept $b$ is in seconds. Write the model for a whole
# array of samples at once: an array of any shape goes in, an array of the same shape comes out.

# %% answer="linear-model"
def linear_model(x, slope, intercept):
    """Predict with a straight line.

    Parameters
    ----------
    x : array_like, any shape
        Samples; here P travel times, s. Lists are welcome.
    slope : float
        Slope a, unit of y per unit of x.
    intercept : float
        Intercept b, unit of y.

    Returns
    -------
    array, same shape as x
        Predictions a x + b.
    """
    ### BEGIN SOLUTION
    return slope * np.asarray(x) + intercept
    ### END SOLUTION


# %% tests="test-linear-model" points=4 topics="reg.linear def.model"
_line = linear_model([0.0, 1.0, 2.0], 2.0, 1.0)
assert np.shape(_line) == (3,), f"three samples in, three predictions out: got shape {np.shape(_line)}"
assert np.isclose(_line[0], 1.0), f"at x = 0 the line is at its intercept, 1.0: got {_line[0]}"
assert np.allclose(_line, [1.0, 3.0, 5.0]), f"expected 1, 3, 5 for slope 2 and intercept 1: got {_line}"
### BEGIN HIDDEN TESTS
_x = np.random.default_rng(21).normal(size=(4, 3))
_kept = _x.copy()
_line = linear_model(_x, -0.7, 3.2)
assert np.shape(_line) == (4, 3), "linear_model should return an array of the same shape as x, for any shape."
assert np.allclose(_line, 3.2 - 0.7 * _kept, rtol=1e-5), "linear_model is wrong for a negative slope: it should be slope times x plus intercept."
assert np.array_equal(_x, _kept), "linear_model changed its input array; compute a new one instead."
assert np.isclose(linear_model(10, 0.5, -2), 3.0), "linear_model should also work for a single number x."
assert np.allclose(linear_model([1, 2], 0.25, 0.5), [0.75, 1.0]), "linear_model should accept a list of whole numbers and keep the decimals."
### END HIDDEN TESTS

# %% [markdown]
# ### Measure how wrong it is
#
# Which line is best? Nobody can say until we agree on a number that measures how bad a line is: the **loss**. The most
# common loss of regression is the mean squared error,
#
# $$\mathcal{L}(\theta) = \frac{1}{N} \sum_{i=1}^{N} \left(f_\theta(x_i) - y_i\right)^2 ,$$
#
# in squared units of $y$ (here s²). The square makes every error count as positive, and makes large errors count
# much more than small ones.
#
# One trap deserves a guard. NumPy is happy to subtract an array of shape `(N,)` from one of shape `(N, 1)`: it returns
# all $N \times N$ differences, and their mean square is a perfectly plausible, wrong loss. Refuse it: raise a
# `ValueError` when the two shapes differ.

# %% answer="mse"
def mse(prediction, target):
    """Return the mean squared error.

    Parameters
    ----------
    prediction, target : array_like, same shape
        What the model says and what was observed.

    Returns
    -------
    float
        Mean of the squared differences over all elements, squared unit of the target.

    Raises
    ------
    ValueError
        If the shapes differ.
    """
    ### BEGIN SOLUTION
    prediction, target = np.asarray(prediction), np.asarray(target)
    if prediction.shape != target.shape:
        raise ValueError(f"shapes differ: prediction {prediction.shape}, target {target.shape}")
    return np.mean((prediction - target) ** 2)
    ### END SOLUTION


# %% tests="test-mse" points=5 topics="reg.mse def.loss"
_loss = mse([1.0, 2.0, 3.0], [1.0, 2.0, 6.0])
assert np.ndim(_loss) == 0, f"the loss is one number: got shape {np.shape(_loss)}"
assert np.isclose(_loss, 3.0), f"the errors are 0, 0 and -3, so their mean square is 3: got {_loss}"
_refused = False
try:
    mse(np.zeros((3, 1)), np.zeros(3))
except ValueError:
    _refused = True
assert _refused, "shapes (3, 1) and (3,) differ: raise a ValueError"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(22)
_a, _b = _rng.normal(size=57), _rng.normal(2.0, 3.0, size=57)
_kept = _a.copy()
_loss = mse(_a, _b)
assert np.isclose(_loss, sum((float(p) - float(t)) ** 2 for p, t in zip(_kept, _b)) / 57, rtol=1e-5), "mse is wrong on 57 random numbers: average the squared differences (not their sum, their absolute values or their root)."
assert np.array_equal(_a, _kept), "mse changed its input array; compute a new one instead."
assert np.isclose(mse(_b, _a), _loss), "mse should not change when prediction and target change places."
assert np.isclose(mse([5.0], [3.0]), 4.0), "mse of a single pair is its squared difference."
assert np.isclose(mse([[0.0, 2.0], [4.0, 6.0]], [[1.0, 0.0], [4.0, 4.0]]), 2.25), "mse of two tables of the same shape averages over all their elements."
_refused = 0
for _shape in [(1,), (4, 1), (1, 4), ()]:
    try:
        mse(np.ones(4), np.ones(_shape))
    except ValueError:
        _refused += 1
assert _refused == 4, "mse should raise a ValueError whenever the shapes differ, even where NumPy could broadcast them."
### END HIDDEN TESTS

# %% [markdown]
# Now try to fit by eye. Change the two numbers in the first line below and run the cell again until you cannot make
# the loss smaller.

# %%
my_slope, my_intercept = 0.73, 0.0

my_residual = s_minus_p - linear_model(p_time, my_slope, my_intercept)
my_loss = mse(linear_model(p_time, my_slope, my_intercept), s_minus_p)
fig, (ax, side) = plt.subplots(1, 2, figsize=(8, 3.6), width_ratios=[2, 1])
ax.vlines(p_time, s_minus_p - my_residual, s_minus_p, color=GREY, lw=0.7, alpha=0.7)
ax.plot(p_time, s_minus_p, "o", color=BLUE, ms=4, alpha=0.7)
ax.plot([0, 7.2], linear_model([0, 7.2], my_slope, my_intercept), color=RED, lw=2)
ax.set(xlim=(0, 7.2), ylim=(0, 5.5), xlabel="P travel time (s)", ylabel="S minus P time (s)")
ax.set_title(f"slope {my_slope}, intercept {my_intercept} s: loss {my_loss:.4f} s²")
side.hist(my_residual, bins=np.arange(-1.4, 1.01, 0.1), color=BLUE, alpha=0.7)
side.axvline(0, color=RED, lw=2)
side.set(xlabel="residual (s)", ylabel="number of picks", title="residuals")
plt.show()

# %% [markdown]
# *Read the picture.* The first guess is the textbook rock, $v_P/v_S = \sqrt 3$, through the origin. On which side of
# the line do most points lie? How small a loss did you reach, and how sure are you that nobody can do better?
#
# ## 3. Try everything: the grid search
#
# **Learning** means finding the parameters that minimise the loss,
#
# $$\theta^\star = \arg\min_\theta \mathcal{L}(\theta) .$$
#
# To make the search methods of this notebook work for *any* problem, each receives the loss as a function
# `loss(theta)` that takes an array of parameters and returns one number. For the Wadati line it is this one:

# %% readonly="wadati-loss"
def wadati_loss(theta):
    """Return the loss (s²) of the line theta = (slope, intercept) on the Wadati data."""
    return mse(linear_model(p_time, theta[0], theta[1]), s_minus_p)


# %% [markdown]
# The most naive search lays a grid over the parameters and evaluates every node. With $n_a$ slopes and $n_b$
# intercepts it returns the whole table of losses, shape $(n_a, n_b)$, whose entry $(i, j)$ belongs to slope $i$ and
# intercept $j$, and the best pair. Evaluate each node exactly once, since every evaluation costs time.

# %% answer="grid-search"
def grid_search(loss, slopes, intercepts):
    """Evaluate a loss on every node of a grid over two parameters.

    Parameters
    ----------
    loss : callable
        ``loss(theta)`` returns one number for theta = (slope, intercept), array of shape (2,).
    slopes : array_like, shape (n_slopes,)
    intercepts : array_like, shape (n_intercepts,)

    Returns
    -------
    best : array, shape (2,)
        Slope and intercept of the node with the smallest loss.
    losses : array, shape (n_slopes, n_intercepts)
        ``losses[i, j]`` belongs to ``slopes[i]`` and ``intercepts[j]``.
    """
    ### BEGIN SOLUTION
    losses = np.array([[loss(np.array([slope, intercept])) for intercept in intercepts] for slope in slopes])
    row, column = np.unravel_index(np.argmin(losses), losses.shape)
    return np.array([slopes[row], intercepts[column]]), losses
    ### END SOLUTION


# %% tests="test-grid-search" points=8 topics="reg.grid-search def.argmin"
_best, _table = grid_search(lambda t: (t[0] - 2) ** 2 + (t[1] - 30) ** 2, [0, 1, 2], [10, 20, 30, 40])
assert np.shape(_table) == (3, 4), f"3 slopes and 4 intercepts make a table of shape (3, 4): got {np.shape(_table)}"
assert np.isclose(_table[0][1], 104.0), f"entry (0, 1) belongs to slope 0, intercept 20: expected 104, got {_table[0][1]}"
assert np.allclose(_best, [2, 30]), f"the smallest loss is at slope 2, intercept 30: got {_best}"
### BEGIN HIDDEN TESTS
_calls = []


def _counted(theta):
    _calls.append((float(theta[0]), float(theta[1])))
    return 3.0 * (theta[0] + 1.5) ** 2 - theta[0] * theta[1] + (theta[1] - 0.4) ** 2 - 50.0


_slopes, _intercepts = np.linspace(3.0, -3.0, 7), np.linspace(-2.0, 2.0, 11)
_best, _table = grid_search(_counted, _slopes, _intercepts)
_expected = np.array([[3.0 * (s + 1.5) ** 2 - s * i + (i - 0.4) ** 2 - 50.0 for i in _intercepts] for s in _slopes])
_node = min(((s, i) for s in _slopes for i in _intercepts), key=lambda t: 3 * (t[0] + 1.5) ** 2 - t[0] * t[1] + (t[1] - 0.4) ** 2)
assert len(_calls) == 77, "On a grid of 7 by 11 nodes the loss should be evaluated exactly 77 times, once per node."
assert len(set(_calls)) == 77, "Some nodes of the grid were evaluated twice and others not at all."
assert np.shape(_table) == (7, 11), "The table of losses should have one row per slope and one column per intercept."
assert np.allclose(_table, _expected, rtol=1e-5), "Entry (i, j) of the table should be the loss of slopes[i] and intercepts[j]; check that the axes are not swapped."
assert np.allclose(_best, _node), "The best pair should be the node with the smallest loss, also when slopes are in descending order and losses are negative."
for _target in [(0.0, 5.0), (4.0, 9.0), (0.0, 9.0), (4.0, 5.0)]:
    _best, _ = grid_search(lambda t: 1e12 + 1e3 * (abs(t[0] - _target[0]) + abs(t[1] - _target[1])), np.arange(5.0), np.arange(5.0, 10.0))
    assert np.allclose(_best, _target), "The search misses a minimum in a corner of the grid, or one whose loss is large everywhere."
### END HIDDEN TESTS

# %% [markdown]
# A grid shows more than its best node: with two parameters the table is a picture, the **loss landscape**.

# %%
grid_slopes = np.linspace(0.0, 1.2, 100)
grid_intercepts = np.linspace(-1.0, 1.5, 100)
started = time.perf_counter()
grid_best, grid_losses = grid_search(wadati_loss, grid_slopes, grid_intercepts)
grid_seconds = time.perf_counter() - started


def draw_landscape(ax, *, colorbar=True):
    """Draw the Wadati loss over slope and intercept."""
    levels = np.geomspace(grid_losses.min(), grid_losses.max(), 25)
    shades = ax.contourf(
        grid_slopes, grid_intercepts, grid_losses.T, levels=levels, norm="log", cmap="Greys_r", alpha=0.85
    )
    ax.contour(grid_slopes, grid_intercepts, grid_losses.T, levels=levels[::2], colors="white", linewidths=0.4)
    ax.set(xlabel="slope a", ylabel="intercept b (s)")
    ax.grid(visible=False)
    if colorbar:
        bar = ax.figure.colorbar(shades, ax=ax, ticks=[0.05, 0.1, 0.3, 1, 3, 10], format="%g")
        bar.set_label("loss (s²)")


fig, (ax, line) = plt.subplots(1, 2, figsize=(8.5, 3.8))
draw_landscape(ax)
near = ax.contour(grid_slopes, grid_intercepts, grid_losses.T, levels=[1.1 * grid_losses.min()], colors=ORANGE)
ax.plot(*grid_best, "*", color=RED, ms=14)
ax.set_title("loss landscape, best node and +10 % contour")
line.plot(p_time, s_minus_p, "o", color=BLUE, ms=4, alpha=0.6)
for vertex in near.get_paths()[0].vertices[::4]:
    line.plot([0, 7.2], linear_model([0, 7.2], *vertex), color=ORANGE, lw=0.5, alpha=0.6)
line.plot([0, 7.2], linear_model([0, 7.2], *grid_best), color=RED, lw=2)
line.set(xlim=(0, 7.2), ylim=(0, 4.5), xlabel="P travel time (s)", ylabel="S minus P time (s)")
line.set_title(f"a = {grid_best[0]:.2f}, b = {grid_best[1]:.2f} s, so $v_P/v_S$ = {1 + grid_best[0]:.2f}")
plt.show()
print(f"{grid_losses.size} evaluations took {grid_seconds:.2f} s; smallest loss {grid_losses.min():.4f} s²")

# %% [markdown]
# *Read the picture.* The valley is long, narrow and tilted. A slightly larger slope with a slightly smaller intercept
# fits almost as well: the two parameters trade off. Every line inside the orange contour has a loss within 10 % of the
# best; the right panel draws them. Here is a gift that only exhaustive searches give: you see at once what is well
# determined and what is not. Where do the orange lines agree best, and why there?
#
# The intercept is not zero, as the formula said it should be. Keep that in mind too.
#
# ### Count the years
#
# Why not search everything by grid, then? Our loss takes microseconds. A loss that needs a simulation (a wave field,
# a flood, a climate) may well take 0.1 s or more, and models have more than two parameters. With $n$ values for each
# of $k$ parameters and $\tau$ seconds per evaluation, how long does a grid search take? Answer in years of 365.25 days.
# A rule of thumb from a lecture room says: half an hour for two parameters with 100 values each at 0.1 s, and more than
# thirty years for five. Check both.

# %% answer="grid-search-years"
def grid_search_years(n_parameters, n_values, seconds):
    """Return how long a full grid search takes.

    Parameters
    ----------
    n_parameters : int
        Number of parameters, k.
    n_values : int
        Number of grid values for each parameter, n.
    seconds : float
        Time of one evaluation of the loss, s.

    Returns
    -------
    float
        Duration in years of 365.25 days.
    """
    ### BEGIN SOLUTION
    return n_values**n_parameters * seconds / (365.25 * 24 * 3600)
    ### END SOLUTION


# %% tests="test-grid-search-years" points=5 topics="reg.grid-search"
_year = 31_557_600.0
assert np.isclose(grid_search_years(1, 10, 1.0) * _year, 10.0), "10 evaluations of 1 s take 10 s"
_minutes = grid_search_years(2, 100, 0.1) * _year / 60
assert 16 < _minutes < 17.5, f"two parameters of 100 values at 0.1 s take between 16 and 17.5 minutes: got {_minutes:.3g} minutes"
### BEGIN HIDDEN TESTS
assert np.isclose(grid_search_years(5, 100, 0.1), 31.69, rtol=2e-3), "Five parameters with 100 values each at 0.1 s take about 31.7 years."
assert np.isclose(grid_search_years(3, 20, 0.5), 8000 * 0.5 / 31_557_600.0, rtol=2e-3), "grid_search_years is wrong for 3 parameters of 20 values: the number of nodes is n to the power k."
assert np.isclose(grid_search_years(20, 10, 1e-6) / grid_search_years(19, 10, 1e-6), 10.0, rtol=1e-6), "One parameter more should multiply the time by the number of values."
assert np.isclose(grid_search_years(4, 50, 3.0) / grid_search_years(4, 50, 1.0), 3.0, rtol=1e-6), "The time should be proportional to the seconds of one evaluation."
assert np.isclose(grid_search_years(1, 7, 3600.0) * 8766.0, 7.0, rtol=2e-3), "Seven evaluations of one hour should take seven hours; a year of 365.25 days has 8766."
### END HIDDEN TESTS

# %%
fig, ax = plt.subplots(figsize=(7.5, 3.8))
n_parameters = np.arange(1, 11)
one_loss = grid_seconds / grid_losses.size
for cost, colour, marker in [(0.1, RED, "o"), (one_loss, BLUE, "s")]:
    years = [grid_search_years(int(k), 100, cost) for k in n_parameters]
    ax.semilogy(n_parameters, years, marker + "-", color=colour, label=f"{cost:.1g} s per evaluation")
for years, name in [(1.9e-6, "one minute"), (1, "one year"), (4.5e9, "age of the Earth"), (2.3e8, "one turn of the galaxy")]:
    ax.axhline(years, color=GREY, lw=0.8, ls="--")
    ax.text(10.1, years, name, va="bottom", ha="right", color=GREY, fontsize=9)
ax.set(xlabel="number of parameters", ylabel="grid search (years)", xticks=n_parameters)
ax.set_title("Grid search with 100 values per parameter")
ax.legend(loc="upper left")
plt.show()

# %% [markdown]
# *Read the picture.* The age of the Earth is $4.5 \times 10^{9}$ years. With how many parameters does your own, very
# fast loss reach it? Making the computer a hundred times faster buys you exactly one more parameter. The networks at
# the end of this course have hundreds of thousands.
#
# ## 4. Try at random: the random search
#
# A random search draws parameter vectors from a box and keeps the best. The number of trials is yours to choose,
# whatever the number of parameters, and you may put what you know into the draw. For parameter $j$ of trial $i$ draw
#
# $$\theta_{ij} \sim \mathcal{U}(\ell_j, u_j)$$
#
# independently and uniformly between its lower bound $\ell_j$ and upper bound $u_j$. Take all randomness from the
# generator `rng` that is handed in: the same seed must give the same search.

# %% answer="random-search"
def random_search(loss, lower, upper, n_trials, rng):
    """Evaluate a loss at random places in a box.

    Parameters
    ----------
    loss : callable
        ``loss(theta)`` returns one number for an array theta of shape (n_parameters,).
    lower, upper : array_like, shape (n_parameters,)
        Bounds of the box.
    n_trials : int
        Number of draws, one evaluation each.
    rng : numpy.random.Generator
        Source of all randomness.

    Returns
    -------
    best : array, shape (n_parameters,)
        The trial with the smallest loss.
    trials : array, shape (n_trials, n_parameters)
        All draws, in order.
    losses : array, shape (n_trials,)
        Their losses, in the same order.
    """
    ### BEGIN SOLUTION
    trials = rng.uniform(lower, upper, size=(n_trials, len(lower)))
    losses = np.array([loss(theta) for theta in trials])
    return trials[np.argmin(losses)], trials, losses
    ### END SOLUTION


# %% tests="test-random-search" points=7 topics="reg.random-search def.argmin"
_best, _trials, _losses = random_search(lambda t: abs(t[0] - 5) + abs(t[1]), [4, -1], [6, 1], 50, np.random.default_rng(1))
assert np.shape(_trials) == (50, 2), f"50 trials of 2 parameters have shape (50, 2): got {np.shape(_trials)}"
assert np.shape(_losses) == (50,), f"50 trials have 50 losses: got shape {np.shape(_losses)}"
assert np.all(np.abs(np.asarray(_trials) - [5, 0]) <= 1), "some trials lie outside the box"
assert np.allclose(_best, _trials[int(np.argmin(_losses))]), "best should be the trial with the smallest loss"
### BEGIN HIDDEN TESTS
_calls = []


def _spy(theta):
    _calls.append(1)
    return -7.0 + float(np.sum((np.asarray(theta) - [1.0, -20.0, 300.0, 0.0, 5.5]) ** 2))


_low, _high = np.array([0.0, -30.0, 100.0, -1.0, 5.0]), np.array([2.0, -10.0, 500.0, 1.0, 6.0])
_best, _trials, _losses = random_search(_spy, _low, _high, 400, np.random.default_rng(5))
_unit = (np.asarray(_trials, dtype=float) - _low) / (_high - _low)
assert _unit.shape == (400, 5), "random_search should work for any number of parameters: trials need one column per bound."
assert len(_calls) == 400, "400 trials should cost exactly 400 evaluations of the loss."
assert _unit.min() >= 0 and _unit.max() <= 1, "Some trials lie outside their bounds."
assert np.all(_unit.min(axis=0) < 0.05) and np.all(_unit.max(axis=0) > 0.95), "400 trials should reach close to both bounds of every parameter."
assert np.all(np.abs((_unit < 0.25).mean(axis=0) - 0.25) < 0.12), "The trials should be spread uniformly between the bounds."
assert np.all(np.abs(np.corrcoef(_unit.T) - np.eye(5)) < 0.3), "The parameters should be drawn independently of each other, not with one common random number."
_expected = [-7.0 + float(np.sum((np.asarray(t, dtype=float) - [1.0, -20.0, 300.0, 0.0, 5.5]) ** 2)) for t in _trials]
assert np.allclose(_losses, _expected, rtol=1e-4), "losses[i] should be the loss of trials[i]."
assert np.allclose(_best, _trials[int(np.argmin(_expected))]), "best should be the trial with the smallest loss, also when losses are negative."
_same = random_search(_spy, _low, _high, 30, np.random.default_rng(9))[1]
_again = random_search(_spy, _low, _high, 30, np.random.default_rng(9))[1]
_other = random_search(_spy, _low, _high, 30, np.random.default_rng(10))[1]
assert np.allclose(_same, _again), "The same seed should give the same trials: draw from the rng that is handed in."
assert not np.allclose(_same, _other), "Two seeds should give different trials: do not make a generator of your own."
### END HIDDEN TESTS

# %%
search_rng = np.random.default_rng(7)
random_best, random_trials, random_losses = random_search(wadati_loss, [0.0, -1.0], [1.2, 1.5], 300, search_rng)

fig, (ax, cost) = plt.subplots(1, 2, figsize=(8.5, 3.8))
draw_landscape(ax)
ax.plot(*random_trials.T, ".", color=BLUE, ms=4)
ax.plot(*random_best, "*", color=RED, ms=14)
ax.set_title("300 random trials and the best of them")
for seed in range(20):
    _, _, losses = random_search(wadati_loss, [0.0, -1.0], [1.2, 1.5], 300, np.random.default_rng(seed))
    cost.loglog(np.arange(1, 301), np.minimum.accumulate(losses), color=BLUE, lw=0.8, alpha=0.5)
cost.axhline(grid_losses.min(), color=RED, ls="--", label=f"grid search, {grid_losses.size} evaluations")
cost.set(xlabel="evaluations", ylabel="best loss so far (s²)", title="twenty random searches")
cost.legend()
plt.show()

# %% [markdown]
# *Read the picture.* After how many evaluations have most of the twenty searches found a loss within a factor of two
# of the grid's? And how much do they improve between trial 100 and trial 300? Random search finds the right region
# early and then improves slowly, because it never uses what it has already learned about the landscape.
#
# ## 5. Walk downhill: gradient descent
#
# ### Find which way is down
#
# A walker in fog does not know where the valley is, but feels the slope underfoot. For the loss, that slope is the
# **gradient**, the vector of its derivatives with respect to the parameters. With the chain rule,
#
# $$\nabla \mathcal{L} =
# \left(\frac{\partial \mathcal{L}}{\partial a}, \frac{\partial \mathcal{L}}{\partial b}\right) =
# \left(\frac{2}{N} \sum_{i=1}^{N} (a x_i + b - y_i)\, x_i,\;
# \frac{2}{N} \sum_{i=1}^{N} (a x_i + b - y_i)\right).$$
#
# Check the units before you code: $\partial \mathcal{L}/\partial a$ is in s², $\partial \mathcal{L}/\partial b$ in s.

# %% answer="mse-gradient"
def mse_gradient(x, y, slope, intercept):
    """Return the gradient of the mean squared error of a straight line.

    Parameters
    ----------
    x, y : array_like, shape (n_samples,)
        Samples and labels.
    slope, intercept : float
        Where in parameter space to take the gradient.

    Returns
    -------
    array, shape (2,)
        Derivatives of the loss with respect to slope and intercept, in this order.
    """
    ### BEGIN SOLUTION
    x, y = np.asarray(x), np.asarray(y)
    error = slope * x + intercept - y
    return np.array([2 * np.mean(error * x), 2 * np.mean(error)])
    ### END SOLUTION


# %% tests="test-mse-gradient" points=8 topics="reg.gradient-descent reg.mse"
_gradient = mse_gradient([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 2.0, 4.0)
assert np.shape(_gradient) == (2,), f"two parameters, two derivatives: got shape {np.shape(_gradient)}"
assert np.allclose(_gradient, [6.0, 6.0]), f"the line is 3 too high everywhere, so expect (6, 6): got {_gradient}"
assert np.allclose(mse_gradient([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 2.0, 1.0), 0.0), "the gradient vanishes where the fit is perfect"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(31)
_x, _y = _rng.uniform(1.0, 6.0, size=41), _rng.normal(2.0, 1.0, size=41)
_kept = _x.copy(), _y.copy()


def _numerical(a, b, step=1e-5):
    along_a = np.mean(((a + step) * _x + b - _y) ** 2) - np.mean(((a - step) * _x + b - _y) ** 2)
    along_b = np.mean((a * _x + (b + step) - _y) ** 2) - np.mean((a * _x + (b - step) - _y) ** 2)
    return np.array([along_a, along_b]) / (2 * step)


for _a, _b in [(0.0, 0.0), (1.3, -0.8), (-2.0, 5.0)]:
    _gradient = np.asarray(mse_gradient(_x, _y, _a, _b), dtype=float)
    assert np.all(np.sign(_gradient) == np.sign(_numerical(_a, _b))), "The gradient has the wrong sign: it should point uphill, where the loss grows."
    assert np.allclose(_gradient, _numerical(_a, _b), rtol=1e-4, atol=1e-5), "The gradient does not agree with finite differences of the loss: check the factor 2, the mean, the factor x, and the order slope, intercept."
assert np.allclose(mse_gradient(_x, _y, *np.polyfit(_x, _y, 1)), 0.0, atol=1e-5), "The gradient should vanish at the least-squares line."
assert np.array_equal(_x, _kept[0]) and np.array_equal(_y, _kept[1]), "mse_gradient changed its input arrays; compute new ones instead."
assert np.allclose(mse_gradient([1, 2], [0, 0], 1, 0), [5.0, 3.0]), "mse_gradient should accept lists of whole numbers."
### END HIDDEN TESTS

# %% [markdown]
# Look at the field of arrows before you follow it.

# %%
fig, ax = plt.subplots(figsize=(7, 4.2))
draw_landscape(ax)
arrow_a, arrow_b = np.meshgrid(np.linspace(0.05, 1.15, 10), np.linspace(-0.85, 1.35, 8))
arrows = np.array([-mse_gradient(p_time, s_minus_p, *t) for t in zip(arrow_a.ravel(), arrow_b.ravel())])
arrows *= 0.07 / np.linalg.norm(arrows, axis=1, keepdims=True)
ax.quiver(arrow_a, arrow_b, *arrows.T, color=ORANGE, angles="xy", scale_units="xy", scale=1, width=0.004)
ax.plot(*grid_best, "*", color=RED, ms=14)
ax.set_title("direction of steepest descent (arrows of equal length)")
plt.show()

# %% [markdown]
# *Read the picture.* Do the arrows point at the minimum? Nearly everywhere they point at the *valley floor*: the loss
# is about fifty times steeper across the valley than along it. This is the main reason why descending is an art.
#
# ### Take the steps
#
# The recipe has four lines:
#
# 1. start somewhere, $\theta_0 = (a_0, b_0)$;
# 2. compute the gradient $\nabla\mathcal{L}(\theta_k)$;
# 3. step against it, $\theta_{k+1} = \theta_k - \eta\, \nabla\mathcal{L}(\theta_k)$;
# 4. repeat.
#
# The **learning rate** $\eta$ sets the length of the step. Each pass over the data is called an **epoch**; here one
# epoch is one step. Neither is learned from the data: you choose them, and such choices are called
# **hyperparameters**. Return the whole path, start included, so that we can look at it.

# %% answer="gradient-descent"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    """Follow the negative gradient downhill.

    Parameters
    ----------
    gradient : callable
        ``gradient(theta)`` returns the gradient, array of shape (n_parameters,).
    start : array_like, shape (n_parameters,)
        Initial parameters; left unchanged.
    learning_rate : float
        Step length per unit of gradient, η.
    n_epochs : int
        Number of steps.

    Returns
    -------
    array, shape (n_epochs + 1, n_parameters)
        The path: row 0 is the start, row k the parameters after k steps.
    """
    ### BEGIN SOLUTION
    path = [np.array(start, dtype=float)]
    for _ in range(n_epochs):
        path.append(path[-1] - learning_rate * gradient(path[-1]))
    return np.array(path)
    ### END SOLUTION


# %% tests="test-gradient-descent" points=9 topics="reg.gradient-descent"
_path = gradient_descent(lambda t: 2 * np.asarray(t), [8.0], 0.25, 3)
assert np.shape(_path) == (4, 1), f"3 epochs of 1 parameter make a path of shape (4, 1), start included: got {np.shape(_path)}"
assert np.allclose(np.ravel(_path), [8.0, 4.0, 2.0, 1.0]), f"on the loss t², each step of rate 0.25 halves t: got {np.ravel(_path)}"
### BEGIN HIDDEN TESTS
_stiff, _centre = np.array([1.0, 4.0, 0.5]), np.array([3.0, -2.0, 10.0])
_calls = []


def _slope_of_bowl(theta):
    _calls.append(1)
    return _stiff * (np.asarray(theta) - _centre)


_start = np.array([0.0, 1.0, -5.0])
_path = gradient_descent(_slope_of_bowl, _start, 0.3, 12)
_powers = (1 - 0.3 * _stiff) ** np.arange(13)[:, None]
assert np.shape(_path) == (13, 3), "The path should have n_epochs + 1 rows, the start first, and one column per parameter."
assert np.allclose(_path[0], [0.0, 1.0, -5.0]), "The first row of the path should be the start."
assert np.allclose(_path[1], [0.9, -2.6, -2.75], rtol=1e-4), "The first step is wrong: subtract the learning rate times the gradient from the parameters."
assert np.allclose(_path, _centre + _powers * (_start - _centre), rtol=1e-4), "The path is wrong after the first step: take the gradient anew at the current parameters in every epoch."
assert len(_calls) <= 13, "12 epochs should not need more than 13 evaluations of the gradient."
assert np.array_equal(_start, [0.0, 1.0, -5.0]), "gradient_descent changed the start in place; copy it first."
assert np.allclose(gradient_descent(_slope_of_bowl, [0, 1, -5], 0.3, 12), _path), "A start given as a list of whole numbers should give the same path: turn it into floats."
assert np.shape(gradient_descent(_slope_of_bowl, _start, 0.3, 0)) == (1, 3), "With zero epochs the path is the start alone."
### END HIDDEN TESTS

# %% [markdown]
# Now race the three searches on the same landscape, and count evaluations. (A gradient of a mean squared error costs
# about as much as one loss.)

# %%
def wadati_gradient(theta):
    """Return the gradient of the Wadati loss at theta = (slope, intercept)."""
    return mse_gradient(p_time, s_minus_p, theta[0], theta[1])


descent = gradient_descent(wadati_gradient, [0.1, 1.3], 0.1, 300)
descent_losses = np.array([wadati_loss(theta) for theta in descent])
exact_loss = wadati_loss(np.polyfit(p_time, s_minus_p, 1))

fig, (ax, cost) = plt.subplots(1, 2, figsize=(8.5, 4))
draw_landscape(ax, colorbar=False)
ax.plot(*np.meshgrid(grid_slopes[::8], grid_intercepts[::8]), ".", color=GREEN, ms=2.5)
ax.plot(*random_trials.T, ".", color=BLUE, ms=4)
ax.plot(*descent.T, "o-", color=ORANGE, ms=3, lw=1.2)
ax.set_title("grid (every 8th node), random, descent")
excess = {
    "grid": (np.minimum.accumulate(grid_losses.ravel()), GREEN),
    "random": (np.minimum.accumulate(random_losses), BLUE),
    "descent": (descent_losses, ORANGE),
}
for name, (losses, colour) in excess.items():
    cost.loglog(np.arange(1, losses.size + 1), losses - exact_loss, color=colour, lw=2, label=name)
cost.set(ylim=(1e-7, 30), xlabel="evaluations", ylabel="loss above the minimum (s²)", title="the race")
cost.legend()
plt.show()
for name, theta in [("grid", grid_best), ("random", random_best), ("descent", descent[-1])]:
    print(f"{name:8s} slope {theta[0]:.4f}  intercept {theta[1]:.4f} s  loss {wadati_loss(theta):.6f} s²")

# %% [markdown]
# *Read the picture.* Descent drops into the valley within a dozen steps, zigzags, then walks along the floor, where
# the slope is gentle. Why does the green curve move in stairs? And what would each curve look like with ten
# parameters instead of two?
#
# ### Choose the learning rate
#
# Everything above hung on $\eta = 0.1$. Too small, and the walker hardly moves. Too large, and each step overshoots
# the valley and lands higher on the other side. A glance at the loss curve usually tells which. Teach the computer
# that glance: given the losses of one run, return `"too small"`, `"right"` or `"too large"`.
#
# - **too large**: the loss ends higher than it began, or is no longer a finite number;
# - **too small**: it is still coming down when the run ends. Call it so when more than 1 % of the whole drop, from
#   first loss to last, happened in the last tenth of the epochs;
# - **right**: it came down and has levelled off.
#
# Your verdict must not depend on the unit of the loss nor on the value at which it levels off, since noisy data never
# reach zero.

# %% answer="diagnose-learning-rate"
def diagnose_learning_rate(losses):
    """Judge a learning rate from the loss curve of a run.

    Parameters
    ----------
    losses : array_like, shape (n_epochs + 1,)
        Loss at the start and after each epoch; at least 20 epochs. May hold inf or nan.

    Returns
    -------
    str
        ``"too small"``, ``"right"`` or ``"too large"``.
    """
    ### BEGIN SOLUTION
    losses = np.asarray(losses)
    if not np.all(np.isfinite(losses)) or losses[-1] > losses[0]:
        return "too large"
    last_tenth = losses[-1 - (len(losses) - 1) // 10] - losses[-1]
    return "too small" if last_tenth > 0.01 * (losses[0] - losses[-1]) else "right"
    ### END SOLUTION


# %% tests="test-diagnose-learning-rate" points=7 topics="reg.learning-rate"
_epochs = np.arange(101)
_verdict = diagnose_learning_rate(0.3 + 2.0 * np.exp(-_epochs / 5))
assert _verdict == "right", f"a loss that fell and levelled off at 0.3 means 'right': got {_verdict!r}"
_verdict = diagnose_learning_rate(0.3 + 2.0 * np.exp(-_epochs / 500))
assert _verdict == "too small", f"a loss still on its way down means 'too small': got {_verdict!r}"
_verdict = diagnose_learning_rate(0.3 + 2.0 * np.exp(_epochs / 20))
assert _verdict == "too large", f"a loss that grows means 'too large': got {_verdict!r}"
### BEGIN HIDDEN TESTS
_n = np.arange(201)
_overflow = np.concatenate([10.0 ** np.arange(0, 300, 20), [np.inf] * 5, [np.nan] * 10])
assert diagnose_learning_rate(_overflow) == "too large", "A run that ends in inf and nan has a learning rate that is too large."
assert diagnose_learning_rate(np.append(5.0 * np.exp(-_n / 10), np.nan)) == "too large", "A run whose last loss is nan has a learning rate that is too large; comparisons with nan are always False."
assert diagnose_learning_rate(np.append(np.inf, 5.0 * np.exp(-_n / 10))) == "too large", "A run that passed through inf has a learning rate that is too large."
assert diagnose_learning_rate(2.0 * np.exp(-_n / 8) + 1e-6 * 1.1**_n) == "too large", "A loss that falls at first and ends far above its beginning means that the rate is too large."
assert diagnose_learning_rate(3.0 + 0.5 * (-1.0) ** _n + 0.01 * _n) == "too large", "A loss that swings up and down and slowly climbs means that the rate is too large."
assert diagnose_learning_rate([9.0] * 20 + [9.5]) == "too large", "A loss that ends only a little higher than it began still ends higher: too large."
for _unit in [1e-9, 1.0, 1e9]:
    assert diagnose_learning_rate(_unit * (50.0 + np.exp(-_n / 10))) == "right", "A loss that levelled off high above zero is a right learning rate, in whatever unit it is given: compare with the whole drop, not with a fixed number."
    assert diagnose_learning_rate(_unit * (1.0 - 1e-4 * _n)) == "too small", "A loss that falls along a straight line has a learning rate that is too small, however small the drop."
    assert diagnose_learning_rate(_unit * np.exp(-_n / 60)) == "too small", "A loss with some 2 % of its drop in the last tenth of the run is still on its way down: too small."
assert diagnose_learning_rate(4.0 + 3.0 * (-0.8) ** _n + 3.0 * np.exp(-_n / 5)) == "right", "A loss that swings but settles means that the rate is right."
assert diagnose_learning_rate(np.exp(-_n / 30)) == "right", "Only about 0.1 % of this drop fell in the last tenth of the run: it has levelled off, the rate is right."
assert diagnose_learning_rate([float(v) for v in 1 / (1 + _n[:101])]) == "right", "A list of losses that drops fast and then hardly changes is a right learning rate."
### END HIDDEN TESTS

# %% [markdown]
# Four learning rates, the same start, the same 300 epochs. The titles carry your function's verdicts.

# %%
rates = [0.0003, 0.005, 0.1, 0.1215]
fig, axes = plt.subplots(2, 4, figsize=(10, 5.2), sharey="row")
for (top, bottom), rate in zip(axes.T, rates):
    path = gradient_descent(wadati_gradient, [0.1, 1.3], rate, 300)
    losses = np.array([wadati_loss(theta) for theta in path])
    draw_landscape(top, colorbar=False)
    top.plot(*path.T, ".-", color=ORANGE, ms=3, lw=0.8)
    top.plot(*grid_best, "*", color=RED, ms=10)
    top.set(xlim=(0, 1.2), ylim=(-1, 1.5), title=f"η = {rate:g}\n{diagnose_learning_rate(losses)}")
    bottom.semilogy(losses, color=ORANGE, lw=1.5)
    bottom.axhline(exact_loss, color=RED, ls="--", lw=1)
    bottom.set(xlabel="epoch", ylim=(0.02, 300))
    top.label_outer()
axes[1, 0].set_ylabel("loss (s²)")
plt.show()

# %% [markdown]
# *Read the picture, slowly.* The second panel is the treacherous one. Its loss curve looks flat, the verdict says
# "right", and yet the path has stopped half-way along the valley. A flat loss curve tells that the walker has stopped
# *descending*, not that the parameters have arrived. What else could you look at to notice?
#
# The last rate is only a little larger than the third. For a parabola-shaped valley there is a sharp limit: the
# steepest curvature $h$ of the landscape allows $\eta < 2/h$, here 0.1205.
#
# The cure for a narrow valley is not a cleverer rate but a rounder valley. Subtract the mean from $x$: the line is the
# same, but slope and intercept no longer trade off.

# %%
centred = p_time - p_time.mean()
rounder = gradient_descent(lambda t: mse_gradient(centred, s_minus_p, t[0], t[1]), [0.1, 0.2], 0.3, 300)
rounder_losses = np.array([mse(linear_model(centred, *t), s_minus_p) for t in rounder])

fig, ax = plt.subplots(figsize=(7, 3.5))
ax.semilogy(descent_losses - exact_loss, color=ORANGE, lw=2, label="x as it is, η = 0.1")
ax.semilogy(np.maximum(rounder_losses - exact_loss, 1e-15), color=BLUE, lw=2, label="x minus its mean, η = 0.3")
ax.set(ylim=(1e-12, 30), xlabel="epoch", ylabel="loss above the minimum (s²)")
ax.set_title("The same data, the same model, a rounder valley")
ax.legend()
plt.show()
print(f"slope {rounder[-1, 0]:.4f}, and {rounder[20, 0]:.4f} after only 20 epochs")

# %% [markdown]
# *Read the picture.* How many epochs does each run need to come within $10^{-6}$ s² of the minimum? Centring and
# scaling the features before training costs one line. It will return in the lessons on neural networks under the name of normalisation.
#
# ### Doubt the answer
#
# All three searches agree on the minimum: a slope of 0.54, so $v_P/v_S = 1.54$. That is low for rock, and the
# intercept should have been zero. The search is not to blame; it found the best parameters **of this model for this
# loss**. Look at the model's assumptions. The loss measures vertical errors only, as if $t_P$ were exact. But $t_P$
# is counted from the *origin time* of the earthquake, which was itself estimated: when it is late by $\delta$, all
# points of that earthquake move left by $\delta$, while $t_S - t_P$ does not change. This is the horizontal row that you saw.
# Noise in $x$ flattens a fitted line, always, and lifts its intercept.
#
# Within one earthquake, $\delta$ is the same at all stations. So remove each earthquake's own mean from both axes:

# %%
by_event = pairs.groupby("event")["p_time"]
p_within = (pairs["p_time"] - by_event.transform("mean")).to_numpy()
s_within = s_minus_p - pairs.assign(delay=s_minus_p).groupby("event")["delay"].transform("mean").to_numpy()
several = (by_event.transform("size") > 1).to_numpy()
slope_within = np.polyfit(p_within[several], s_within[several], 1)[0]

fig, (left, right) = plt.subplots(1, 2, figsize=(8.5, 3.6))
for ax, x, y, fit in [
    (left, p_time, s_minus_p, np.polyfit(p_time, s_minus_p, 1)),
    (right, p_within[several], s_within[several], (slope_within, 0.0)),
]:
    ax.plot(x, y, "o", color=BLUE, ms=4, alpha=0.6)
    ends = np.array([x.min(), x.max()])
    ax.plot(ends, fit[0] * ends + fit[1], color=RED, lw=2)
    spread = np.std(y - fit[0] * x - fit[1])
    ax.set_title(f"slope {fit[0]:.2f}, residuals ±{spread:.2f} s")
left.set(xlabel="P travel time (s)", ylabel="S minus P time (s)")
right.set(xlabel="P time minus the event's mean (s)", ylabel="S minus P, minus its mean (s)")
plt.show()

# %% [markdown]
# *Read the picture.* The slope grows and the scatter shrinks by a quarter: part of the "noise" was the origin time. A better
# question beats a better optimiser. Keep this habit when the models become too big to look at.
