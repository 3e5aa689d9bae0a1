# %% [markdown]
# # Tell the voices of a volcano apart
#
# A volcano is never quite silent. Rock breaks under pressure and gives a short, sharp rattle, a *volcano-tectonic*
# event (VT). Gas and fluid make a crack resonate and it hums, low and long, a *long-period* event (LP). Magma on the
# move keeps up a *tremor* (TR) for minutes. An *explosion* (EXP) sends a slow shudder through ground and air. At the
# Peruvian volcano Ubinas people have listened to more than sixty thousand such signals and given each of them a name,
# because the mixture tells what the volcano is about to do. There are more signals than listeners. Could a machine
# name them?
#
# Naming is **classification**: the label $y$ is not a number on a scale but a member of a short list. In this lesson
# you will build the classics by hand, a support vector machine and the pieces of a random forest, understand what a
# *kernel* does by looking at it, and then turn to the part where most mistakes are made, by people: saying how good
# the result is.
#
# ## What you will do
#
# 1. **Draw a line** between two kinds of events: decision function, hinge loss, and a support vector machine fitted by
#    your own descent.
# 2. **Bend it** with a kernel, for more than two classes.
# 3. **Count** who is taken for whom: confusion matrix, accuracy, precision, recall.
# 4. **Read** a published confusion matrix, critically.
# 5. **Split** and **vote**: the two ideas behind trees and forests.
# 6. **Choose a representation** in which the problem is easy, meet one that no line can solve, and find out how empty
#    the space of waveforms is.
#
# ## What you need
#
# Two sittings of a good hour each (sections 1 to 3, then 4 to 6), NumPy, and a little scikit-learn. No file: the
# events are simulated with the frequencies, durations and noise of a real volcano. Fill in the functions where you read
# `YOUR CODE HERE`, mostly one to eight lines each, and run the cell of tests below. After you submit, further tests with
# other numbers check the same function. The cells with pictures use your functions and are yours to change.

# %% readonly="setup"
import matplotlib.pyplot as plt
import numpy as np
from eds_datasets import simulate_volcano
from matplotlib.colors import ListedColormap, to_rgb
from scipy.optimize import linprog
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

plt.rcParams.update(
    {
        "figure.dpi": 100,
        "font.size": 10.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.25,
    }
)
# colours that readers with any colour vision can tell apart (Okabe & Ito), and a shape for each
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#777777"
CLASSES = ("LP", "TR", "VT", "EXP")
COLOURS = dict(zip(CLASSES, (BLUE, ORANGE, GREEN, RED)))
MARKERS = dict(zip(CLASSES, ("o", "s", "^", "D")))

volcano = simulate_volcano(4, n_events=360)
chosen = volcano.table["label"].isin(CLASSES).to_numpy()
waveforms = volcano.waveforms[chosen].astype(float)
names = volcano.table["label"].to_numpy()[chosen]
RATE = float(volcano.table["sampling_rate"].iloc[0])  # Hz


def mean_frequency(traces):
    """Frequency around which the energy lies, Hz, of each row."""
    power = np.abs(np.fft.rfft(traces - traces.mean(axis=1, keepdims=True), axis=1)) ** 2
    frequencies = np.fft.rfftfreq(traces.shape[1], 1 / RATE)
    heard = frequencies > 0.3  # below, the sea speaks
    return power[:, heard] @ frequencies[heard] / power[:, heard].sum(axis=1)


def energy_duration(traces):
    """Time in which the middle nine tenths of the energy arrive, s, of each row."""
    energy = np.cumsum((traces - traces.mean(axis=1, keepdims=True)) ** 2, axis=1)
    energy /= energy[:, -1:]
    return (np.argmax(energy > 0.95, axis=1) - np.argmax(energy > 0.05, axis=1)) / RATE


frequency, duration = mean_frequency(waveforms), energy_duration(waveforms)
y = np.array([CLASSES.index(name) for name in names])
X = np.column_stack([np.log10(frequency), np.log10(duration)])


def draw_events(axes, kinds=CLASSES, size=22):
    """Scatter duration against frequency, one colour and one shape for each kind."""
    for kind in kinds:
        axes.scatter(
            frequency[names == kind], duration[names == kind], s=size, c=COLOURS[kind], marker=MARKERS[kind],
            edgecolors="white", linewidths=0.4, label=kind, zorder=3,
        )
    axes.set(xscale="log", yscale="log", xlabel="mean frequency (Hz)", ylabel="duration (s)")
    axes.set_xticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    axes.set_yticks([3, 10, 30], ["3", "10", "30"])
    axes.minorticks_off()


# %%
fig, axes = plt.subplots(2, 2, figsize=(9.5, 4), sharex=True, layout="tight")
for panel, kind in zip(axes.flat, CLASSES):
    trace = waveforms[np.flatnonzero(names == kind)[2]]
    panel.plot(np.arange(trace.size) / RATE, trace / np.abs(trace).max(), color=COLOURS[kind], lw=0.5)
    panel.set_title(f"{kind}, scaled to its maximum", loc="left", fontsize=10.5, color=COLOURS[kind], fontweight="bold")
    panel.set_yticks([])
axes[1, 0].set_xlabel("time (s)")
axes[1, 1].set_xlabel("time (s)")
plt.show()

fig, ax = plt.subplots(figsize=(7, 4.2), layout="tight")
draw_events(ax)
ax.legend(frameon=False, loc="lower left", ncols=2)
plt.show()

# %% [markdown]
# **Look before you classify.** Each event has been boiled down to two numbers, so that $F = 2$: the frequency around
# which its energy lies and the time in which the energy comes. Which two kinds could you part with a ruler? Which two
# would you not dare to?
#
# ## 1. Draw a line
#
# Take two that a ruler can part, VT and LP, and call them $y = +1$ and $y = -1$. In the plane of the features a
# line is the set of points where
#
# $$ f(\mathbf{x}) = \mathbf{w} \cdot \mathbf{x} + b $$
#
# is zero, with the **normal vector** $\mathbf{w}$ of shape $(F,)$ and the **bias** $b$. On one side $f$ is positive, on
# the other negative, and the farther from the line, the larger $|f|$ is: the distance itself would be
# $|f| / \|\mathbf{w}\|$, and nobody divides. With more than two features the line is called a *hyperplane* and nothing
# else changes. The sign of the **decision function** $f$ names the class.
#
# **Write** `decision_function(samples, w, b)`.

# %% answer="decision-function"
def decision_function(samples, w, b):
    """Signed distance of each sample from a hyperplane, times the length of w.

    Parameters
    ----------
    samples : array, shape (n, n_features)
    w : array, shape (n_features,)
    b : float

    Returns
    -------
    array, shape (n,)
    """
    ### BEGIN SOLUTION
    return np.asarray(samples, dtype=float) @ np.asarray(w, dtype=float) + b
    ### END SOLUTION


# %% tests="test-decision-function" points=5 topics="clf.svm def.model"
_scores = decision_function(np.array([[0.0, 0.0], [1.0, 2.0], [3.0, -1.0]]), np.array([2.0, 1.0]), -3.0)
assert np.shape(_scores) == (3,), f"three samples give three numbers, shape (3,): got {np.shape(_scores)}"
assert np.allclose(_scores, [-3.0, 1.0, 2.0]), f"2 x1 + x2 - 3 is -3, 1 and 2 at these samples: got {_scores}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(3)
_samples, _w = _rng.normal(size=(7, 4)), _rng.normal(size=4)
_wanted = np.array([sum(_w[_j] * _row[_j] for _j in range(4)) + 0.7 for _row in _samples])
_given = _samples.copy(), _w.copy()
_scores = decision_function(_samples, _w, 0.7)
assert np.array_equal(_samples, _given[0]) and np.array_equal(_w, _given[1]), "decision_function must not change the arrays that it is given."
assert np.shape(_scores) == (7,), "Return one number for each sample, whatever the number of features."
assert np.allclose(_scores, _wanted, rtol=1e-4, atol=1e-5), "The decision function is w . x + b, with its sign and not normalised."
assert np.allclose(decision_function(np.array([[1, 2]]), np.array([3, -4]), 1), [-4.0]), "A single sample, and whole numbers, must work too."
### END HIDDEN TESTS

# %% [markdown]
# Many lines part the two kinds. Which one is best? The **hinge loss** has an opinion. It asks for more than the right
# side: it wants $f$ to be at least 1 on the right side, $y_i f(\mathbf{x}_i) \ge 1$, and charges whatever is missing,
#
# $$ \mathcal{L}(\mathbf{w}, b) = \frac{1}{N} \sum_{i=1}^{N} \max\bigl(0,\; 1 - y_i (\mathbf{w} \cdot \mathbf{x}_i + b)\bigr) . $$
#
# A sample that is far on its own side costs nothing, however far. One on the line costs 1. One on the wrong side costs
# more the farther it is astray.
#
# **Write** `hinge_loss(samples, labels, w, b)`, for labels $-1$ and $+1$.

# %% answer="hinge-loss"
def hinge_loss(samples, labels, w, b):
    """Mean hinge loss of a hyperplane.

    Parameters
    ----------
    samples : array, shape (n, n_features)
    labels : array, shape (n,)
        -1 or +1.
    w : array, shape (n_features,)
    b : float

    Returns
    -------
    float
    """
    ### BEGIN SOLUTION
    margins = np.asarray(labels) * (np.asarray(samples, dtype=float) @ np.asarray(w, dtype=float) + b)
    return np.mean(np.maximum(0.0, 1.0 - margins))
    ### END SOLUTION


# %% tests="test-hinge-loss" points=7 topics="clf.hinge def.loss"
_loss = hinge_loss(np.array([[3.0], [0.5], [-1.0], [2.0]]), np.array([1, 1, -1, -1]), np.array([1.0]), 0.0)
assert np.shape(_loss) == (), f"the loss is one number: got shape {np.shape(_loss)}"
assert np.isclose(_loss, (0 + 0.5 + 0 + 3) / 4), (
    f"the four samples cost 0 (far on their side), 0.5 (too close), 0 (just far enough) and 3 (astray), on average 0.875: got {_loss}"
)
assert np.isclose(hinge_loss(np.zeros((5, 2)), np.array([1, -1, 1, 1, -1]), np.ones(2), 0.0), 1.0), "a sample on the line costs 1"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(19)
_samples, _labels = _rng.normal(size=(40, 3)), np.where(_rng.random(40) < 0.4, -1, 1)
_w, _b = np.array([0.9, -1.2, 0.3]), -0.4
_costs = [max(0.0, 1 - _labels[_i] * (float(_samples[_i] @ _w) + _b)) for _i in range(40)]
_given = _samples.copy(), _labels.copy(), _w.copy()
_loss = hinge_loss(_samples, _labels, _w, _b)
assert np.array_equal(_samples, _given[0]) and np.array_equal(_labels, _given[1]) and np.array_equal(_w, _given[2]), "hinge_loss must not change the arrays that it is given."
assert np.shape(_loss) == (), "The loss is one number."
assert _loss >= 0, "No sample costs less than nothing: the loss cannot be negative."
assert np.isclose(_loss, np.mean(_costs), rtol=1e-4), "The loss is the mean over the samples of max(0, 1 - y f(x))."
assert not np.isclose(hinge_loss(_samples, _labels, _w, _b + 0.5), _loss, rtol=1e-4), "The bias belongs to the decision function: the loss must change with it."
assert np.isclose(hinge_loss(np.array([[10.0], [-20.0]]), np.array([1, -1]), np.array([1.0]), 0.0), 0.0), "A sample that is far on its own side costs nothing, and it pays for nobody else."
assert np.isclose(hinge_loss(np.array([[1.0], [0.0]]), np.array([-1, 1]), np.array([2.0]), 0.5), (3.5 + 0.5) / 2), "A sample on the wrong side costs more the farther it is astray."
### END HIDDEN TESTS

# %%
margin = np.linspace(-2.5, 2.5, 300)
costs = [hinge_loss(np.array([[value]]), np.array([1]), np.array([1.0]), 0.0) for value in margin]
fig, ax = plt.subplots(figsize=(6.5, 3), layout="tight")
ax.plot(margin, costs, color=BLUE, lw=2.5, label="hinge loss")
ax.plot(margin, (margin <= 0).astype(float), color=GREY, lw=1.5, ls="--", label="1 for each mistake")
ax.set(xlabel=r"margin $y\,f(\mathbf{x})$", ylabel="cost of one sample")
ax.annotate("wrong side", (-1.6, 0.2), ha="center", color=GREY)
ax.annotate("right side,\ntoo close", (0.5, 1.5), ha="center", color=GREY)
ax.annotate("far enough", (1.8, 0.2), ha="center", color=GREY)
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# **Read the picture.** Counting mistakes (dashed) is flat almost everywhere: a step downhill is nowhere to be found.
# The hinge has a slope wherever something is wrong, and is nowhere below the dashed line: make it small, and the number of
# mistakes is small.
#
# ### Fit it
#
# A loss with a slope can be walked down. One more wish: among the lines that do equally well, take the one with the
# widest street on either side. The street reaches from $f = -1$ to $f = 1$ and is $2 / \|\mathbf{w}\|$ wide, so a short $\mathbf{w}$ is a wide
# street, and we minimise
#
# $$ J(\mathbf{w}, b) = \frac{\lambda}{2} \|\mathbf{w}\|^2 + \mathcal{L}(\mathbf{w}, b) . $$
#
# The hinge has a corner where $y f = 1$, and no derivative there; any slope between those of the two sides serves, and
# one speaks of a *subgradient*. With $V = \{i : y_i f(\mathbf{x}_i) < 1\}$, the samples that cost something,
#
# $$ \frac{\partial J}{\partial \mathbf{w}} = \lambda \mathbf{w} - \frac{1}{N} \sum_{i \in V} y_i \mathbf{x}_i ,
# \qquad \frac{\partial J}{\partial b} = - \frac{1}{N} \sum_{i \in V} y_i . $$
#
# Note that the sum runs over $V$ and is divided by the number $N$ of **all** samples, and that the bias is not
# punished.
#
# **Write** `fit_svm(samples, labels, strength, learning_rate, n_steps)`: begin with $\mathbf{w} = 0$, $b = 0$, and
# take `n_steps` steps, each with the gradients of both at the same place. Write down $J$ before each step.

# %% answer="fit-svm"
def fit_svm(samples, labels, strength=0.01, learning_rate=0.1, n_steps=1000):
    """Fit a linear support vector machine by subgradient descent, from w = 0 and b = 0.

    Parameters
    ----------
    samples : array, shape (n, n_features)
    labels : array, shape (n,)
        -1 or +1.
    strength : float
        The factor lambda of the regularisation.
    learning_rate : float
    n_steps : int

    Returns
    -------
    w : array, shape (n_features,)
    b : float
    objective : array, shape (n_steps,)
        J before each step.
    """
    ### BEGIN SOLUTION
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    n = len(samples)
    w, b = np.zeros(samples.shape[1]), 0.0
    objective = np.empty(n_steps)
    for step in range(n_steps):
        margins = labels * (samples @ w + b)
        objective[step] = strength / 2 * (w @ w) + np.mean(np.maximum(0.0, 1.0 - margins))
        # audit: equivalent [boundary] because at the corner any slope between the two sides serves
        costly = margins < 1
        slope_w = strength * w - (labels[costly] @ samples[costly]) / n
        slope_b = -labels[costly].sum() / n
        w = w - learning_rate * slope_w
        b = b - learning_rate * slope_b
    return w, b, objective
    ### END SOLUTION


# %% tests="test-fit-svm" points=10 topics="clf.svm clf.hinge reg.gradient-descent reg.regularization"
_samples, _labels = np.array([[2.0, 0.0], [0.0, 1.0], [-2.0, 0.0]]), np.array([1, 1, -1])
_w, _b, _objective = fit_svm(_samples, _labels, strength=0.1, learning_rate=0.3, n_steps=1)
assert np.shape(_w) == (2,) and np.shape(_objective) == (1,), f"w has shape (2,) and the objective one number for each step: got {np.shape(_w)} and {np.shape(_objective)}"
assert np.allclose(_objective, [1.0]), f"at w = 0 and b = 0 every sample costs 1, so J = 1 before the first step: got {_objective}"
assert np.allclose(_w, [0.4, 0.1]), f"after one step w is 0.3 x (2 + 0 + 2, 0 + 1 + 0) / 3 = (0.4, 0.1): got {_w}"
assert np.isclose(_b, 0.1), f"after one step b is 0.3 x (1 + 1 - 1) / 3 = 0.1: got {_b}"
_w, _b, _objective = fit_svm(_samples, _labels, strength=0.1, learning_rate=0.3, n_steps=3)
assert np.isclose(_objective[1], 0.4085), f"before the second step J is 0.1 / 2 x (0.4² + 0.1²) + (0.1 + 0.8 + 0.3) / 3 = 0.4085: got {_objective[1]:.4f}"
assert np.allclose(_w, [0.76436, 0.29109]), (
    f"after three steps w is (0.764, 0.291): lambda w shortens it in each, and in the third only sample 1 costs something (N is 3 all the same): got {np.round(_w, 3)}"
)
assert np.isclose(_b, 0.3), f"after three steps b is 0.3; lambda does not touch it: got {_b:.4f}"
_w, _b, _objective = fit_svm(_samples, _labels, strength=0.1, learning_rate=0.3, n_steps=300)
assert _objective[-1] < 0.45, f"on these three samples J falls below 0.45 within 300 steps: got {_objective[-1]:.3f}"
assert np.all(_labels * (_samples @ np.asarray(_w) + _b) > 0), "three samples that a line can part must end on their own sides"
### BEGIN HIDDEN TESTS
def _steps(samples, labels, strength, rate, n_steps):
    theta, history = np.zeros(samples.shape[1] + 1), []
    for _ in range(n_steps):
        slope, cost = np.r_[strength * theta[:-1], 0.0], strength / 2 * float(theta[:-1] @ theta[:-1])
        for row, label in zip(samples, labels):
            margin = label * float(row @ theta[:-1] + theta[-1])
            cost += max(0.0, 1 - margin) / len(samples)
            if margin < 1:
                slope[:-1] -= label * row / len(samples)
                slope[-1] -= label / len(samples)
        history.append(cost)
        theta = theta - rate * slope
    return theta, np.array(history)


_rng = np.random.default_rng(6)
_labels = np.where(np.arange(30) < 11, 1, -1)
_samples = _rng.normal(size=(30, 3)) + 1.1 * _labels[:, None] * np.array([1.0, -0.5, 0.2]) + 0.6
_kept = _samples.copy(), _labels.copy()
_theta, _history = _steps(_samples, _labels, 0.2, 0.15, 60)
_w, _b, _objective = fit_svm(_samples, _labels, 0.2, 0.15, 60)
assert np.array_equal(_samples, _kept[0]) and np.array_equal(_labels, _kept[1]), "fit_svm must not change the arrays that it is given."
assert np.shape(_w) == (3,) and np.shape(_b) == (), "w has one number for each feature, and the bias is one number."
assert np.shape(_objective) == (60,), "Write down J once before each step."
_one = fit_svm(_samples, _labels, 0.2, 0.15, 1)
assert np.allclose(_one[0], _steps(_samples, _labels, 0.2, 0.15, 1)[0][:3], rtol=1e-4), "After one step w must have moved by the learning rate times the mean of y x over all the samples."
assert np.allclose(_objective[:2], _history[:2], rtol=1e-4), "J is half of lambda times the squared length of w, plus the mean hinge loss."
assert np.allclose(_objective, _history, rtol=1e-3), "J must follow the descent: samples that cost nothing have no slope, and w and b step from the same place."
assert np.allclose(_w, _theta[:3], rtol=1e-3, atol=1e-4), "The slope of w is lambda w minus the sum of y x over the samples that cost something, divided by the number of all samples."
assert np.isclose(_b, _theta[3], rtol=1e-3, atol=1e-4), "The bias moves by the sum of y over the samples that cost something, divided by the number of all samples, and is not punished."
_tight = np.linalg.norm(fit_svm(_samples, _labels, 2.0, 0.05, 200)[0])
_loose = np.linalg.norm(fit_svm(_samples, _labels, 0.01, 0.05, 200)[0])
assert _tight < _loose, "The stronger the regularisation, the shorter must w become."
_whole = fit_svm(np.array([[1, 0], [0, 1]]), np.array([1, -1]), 0.5, 0.2, 3)
assert np.allclose(_whole[0], _steps(np.array([[1, 0], [0, 1]]), [1, -1], 0.5, 0.2, 3)[0][:2]), "Samples that are whole numbers must work too."
### END HIDDEN TESTS

# %% [markdown]
# A margin of 1 means something only if the features have comparable sizes, so below we hand over $z$-scores: each feature
# minus its mean, divided by its standard deviation.
#
# ### Who holds the line?
#
# Samples far on their own side exert no force: the sums over $V$ do not contain them. The line is held by those on the edge
# of the street, $y_i f(\mathbf{x}_i) = 1$, inside of it, or on the wrong side. They are the **support vectors**,
#
# $$ S = \{ i : y_i f(\mathbf{x}_i) \le 1 \} . $$
#
# A descent never arrives exactly, so a sample within a small tolerance of the edge counts as on it.
#
# **Write** `support_vectors(samples, labels, w, b, tolerance)`, which returns *where* they stand.

# %% answer="support-vectors"
def support_vectors(samples, labels, w, b, tolerance=1e-3):
    """Find the samples on the edge of the street, inside of it, or beyond it.

    Parameters
    ----------
    samples : array, shape (n, n_features)
    labels : array, shape (n,)
        -1 or +1.
    w : array, shape (n_features,)
    b : float
    tolerance : float
        A margin of at most 1 + tolerance counts.

    Returns
    -------
    array of int
        Their positions, increasing.
    """
    ### BEGIN SOLUTION
    margins = np.asarray(labels) * (np.asarray(samples, dtype=float) @ np.asarray(w, dtype=float) + b)
    return np.flatnonzero(margins <= 1 + tolerance)
    ### END SOLUTION


# %% tests="test-support-vectors" points=6 topics="clf.support-vectors"
_samples, _labels = np.array([[3.0], [1.0], [0.2], [-4.0], [-0.5], [2.0]]), np.array([1, 1, 1, -1, -1, -1])
_positions = support_vectors(_samples, _labels, np.array([1.0]), 0.0)
assert list(_positions) == [1, 2, 4, 5], (
    f"sample 1 is on the edge, 2 and 4 are in the street, 5 is astray, 0 and 3 are far on their sides: got {np.asarray(_positions).tolist()}"
)
_positions = support_vectors(_samples, _labels, np.array([1.0]), 0.0, tolerance=2.5)
assert list(_positions) == [0, 1, 2, 4, 5], f"a tolerance of 2.5 takes in sample 0, whose margin is 3: got {np.asarray(_positions).tolist()}"
### BEGIN HIDDEN TESTS
_samples = np.array([[0.0, 5.0], [1.0, 1.0], [-3.0, 0.0], [0.5, 0.55], [2.0, 2.0], [-1.0, -0.6], [1.0, -1.0]])
_labels = np.array([-1, 1, -1, 1, 1, -1, -1])
_w, _b = np.array([1.0, 1.0]), -0.1
_margins = [float(_labels[_i] * (_samples[_i] @ _w + _b)) for _i in range(7)]
_positions = support_vectors(_samples, _labels, _w, _b, 0.2)
assert 0 in _positions, "A sample on the wrong side is a support vector too, however far astray."
assert 4 not in _positions and 2 not in _positions, "A sample that is far on its own side is no support vector."
assert 6 in _positions, "A sample inside the street is a support vector: compare y f(x) with 1, not its absolute value."
assert list(_positions) == [_i for _i in range(7) if _margins[_i] <= 1.2], "A margin of at most 1 + tolerance counts, for both classes."
assert list(support_vectors(_samples, _labels, _w, _b, 0.6)) == [_i for _i in range(7) if _margins[_i] <= 1.6], "The tolerance decides who is close enough to the edge."
assert list(support_vectors(_samples, _labels, _w, _b)) == [_i for _i in range(7) if _margins[_i] <= 1.001], "Without a tolerance given, 0.001 is meant."
assert list(support_vectors(np.array([[2.0], [2.5]]), np.array([1, 1]), np.array([1.0]), 0.0, 1.0)) == [0], "A margin of exactly 1 + tolerance still counts."
assert len(support_vectors(np.array([[9.0], [-9.0]]), np.array([1, -1]), np.array([1.0]), 0.0)) == 0, "When all samples are far on their own sides, there is no support vector."
### END HIDDEN TESTS

# %%
pair = np.isin(names, ("VT", "LP"))
centre, spread = X[pair].mean(axis=0), X[pair].std(axis=0)
pair_samples, pair_labels = (X[pair] - centre) / spread, np.where(names[pair] == "VT", 1, -1)
w, b, objective = fit_svm(pair_samples, pair_labels, strength=0.01, learning_rate=0.1, n_steps=3000)

holding = support_vectors(pair_samples, pair_labels, w, b, tolerance=0.02)
fig, (left, right) = plt.subplots(1, 2, figsize=(9.8, 3.9), layout="tight")
left.plot(objective, color=BLUE)
left.set(xlabel="step", ylabel="J", xscale="symlog", ylim=(0, None), title="The descent")
draw_events(right, ("LP", "VT"))
log_f = np.linspace(np.log10(frequency[pair].min()), np.log10(frequency[pair].max()), 50)
for level, style in ((-1, ":"), (0, "-"), (1, ":")):
    z_d = (level - b - w[0] * (log_f - centre[0]) / spread[0]) / w[1]
    right.plot(10**log_f, 10 ** (centre[1] + spread[1] * z_d), color="black", ls=style, lw=1.5)
right.scatter(
    frequency[pair][holding], duration[pair][holding], s=90, facecolors="none", edgecolors="black", linewidths=1, zorder=4,
    label="support vectors",
)
right.set(ylim=(1.8, 65), title=f"{len(holding)} of {pair.sum()} events hold the line")
right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.2), fontsize=9, frameon=False, ncols=3)
plt.show()

# %% [markdown]
# **Read the picture.** The dotted lines are the edges of the street. Take away any event without a ring and run
# `fit_svm` again: the line stays, but for a hair ($N$ has become smaller). Is there an event on the wrong side? (Ask
# `decision_function`; the eye is not enough.) A line that parts the two without any error does exist; this one gives it
# up for a wider street. What would the squares of the lesson on regression, here $(1 - y f)^2$, have made of one event
# far on its own side, and of one label that an analyst mistyped?
#
# ## 2. Bend the line
#
# Around many volcanoes the earthquakes have another geometry. Some occur beneath the crater and others on the ring
# fault around it, and no line parts a disc from a ring.
#
# But lift the map off the table: give each epicentre a height, the larger the nearer it is to the crater. Now a *plane*
# parts them, at a quarter of the height of the hill. This is the whole idea of the **kernel trick**: add a feature that says
# how *similar* a sample is to some place, and a straight cut in the larger space is a curved one on the map. The support
# vector classifier uses all training samples as places, and the similarity
#
# $$ K(\mathbf{x}, \mathbf{x}') = \exp\left( - \frac{\|\mathbf{x} - \mathbf{x}'\|^2}{2 \sigma^2} \right) , $$
#
# the **radial basis function**: 1 for the same place, almost 0 beyond a few $\sigma$. Nobody writes down the
# coordinates of the larger space, of which there are infinitely many: the table of similarities between samples is all
# that is needed, and therein lies the trick.
#
# **Write** `rbf_kernel(a, b, sigma)`, the table of all pairs.

# %% answer="rbf-kernel"
def rbf_kernel(a, b, sigma):
    """Similarity of each row of one table with each row of another.

    Parameters
    ----------
    a : array, shape (n, n_features)
    b : array, shape (m, n_features)
    sigma : float
        In the unit of the features.

    Returns
    -------
    array, shape (n, m)
    """
    ### BEGIN SOLUTION
    differences = np.asarray(a, dtype=float)[:, None, :] - np.asarray(b, dtype=float)[None, :, :]
    return np.exp(-np.sum(differences**2, axis=-1) / (2 * sigma**2))
    ### END SOLUTION


# %% tests="test-rbf-kernel" points=7 topics="clf.kernel-trick"
_table = rbf_kernel(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 4.0]]), 5.0)
assert np.shape(_table) == (2, 3), f"two rows against three give a table of shape (2, 3): got {np.shape(_table)}"
assert np.isclose(_table[0][0], 1.0) and np.isclose(_table[1][2], 1.0), "the same place has similarity 1"
assert np.isclose(_table[1][0], np.exp(-0.5)), f"a distance of 5 with sigma = 5 gives exp(-25 / 50) = 0.607: got {_table[1][0]:.3f}"
assert np.isclose(_table[0][1], np.exp(-0.02)), f"a distance of 1 with sigma = 5 gives exp(-1 / 50) = 0.980: got {_table[0][1]:.3f}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(12)
_a, _b = _rng.normal(size=(4, 3)), _rng.normal(size=(6, 3))
_wanted = np.array([[np.exp(-sum((_p[_j] - _q[_j]) ** 2 for _j in range(3)) / (2 * 0.8**2)) for _q in _b] for _p in _a])
_table = np.asarray(rbf_kernel(_a, _b, 0.8))
assert _table.shape == (4, 6), "The table has a row for each row of a and a column for each row of b."
assert np.allclose(_table, _wanted, rtol=1e-4, atol=1e-6), "The similarity is exp(-d^2 / (2 sigma^2)) with d the Euclidean distance over all features."
_self = np.asarray(rbf_kernel(_a, _a, 2.0))
assert np.allclose(np.diag(_self), 1) and np.allclose(_self, _self.T), "Each place has similarity 1 with itself, and the table of a set with itself is symmetric."
assert np.all(rbf_kernel(_a, _b, 3.0) > _table), "With a larger sigma all places become more similar."
assert np.allclose(rbf_kernel(np.array([[0], [2]]), np.array([[1]]), 1), np.exp(-0.5)), "A single feature, and whole numbers, must work too."
### END HIDDEN TESTS

# %%
dice = np.random.default_rng(8)
angle = dice.uniform(0, 2 * np.pi, 160)
radius = np.r_[np.abs(dice.normal(0, 0.5, 70)), dice.normal(2.2, 0.22, 90)]
epicentres = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
on_ring = np.arange(160) >= 70
height = np.asarray(rbf_kernel(epicentres, np.zeros((1, 2)), 1.0))[:, 0]

fig = plt.figure(figsize=(9.8, 4.2), layout="constrained")
flat, lifted = fig.add_subplot(1, 2, 1), fig.add_subplot(1, 2, 2, projection="3d")
for where, colour, marker, label in ((~on_ring, GREEN, "^", "beneath the crater"), (on_ring, BLUE, "o", "on the ring fault")):
    flat.scatter(*epicentres[where].T, s=20, c=colour, marker=marker, edgecolors="white", linewidths=0.4, label=label)
    lifted.scatter(*epicentres[where].T, height[where], s=14, c=colour, marker=marker)
flat.set(xlabel="east of the crater (km)", ylabel="north of the crater (km)", aspect="equal")
flat.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2, fontsize=9)
grid = np.linspace(-2.9, 2.9, 2)
lifted.plot_surface(*np.meshgrid(grid, grid), np.full((2, 2), 0.24), color=ORANGE, alpha=0.35)
lifted.set(xlabel="east (km)", ylabel="north (km)", zlabel="similarity to the crater")
lifted.set_xticks([-2, 0, 2])
lifted.set_yticks([-2, 0, 2])
lifted.view_init(elev=14, azim=-60)
lifted.set_box_aspect((4, 4, 3.4), zoom=1.1)
plt.show()

# %% [markdown]
# **Read the picture.** Where does the orange plane cut the map on the left? Draw it with your finger. You have just
# drawn the decision boundary of a linear classifier, and it is a circle.
#
# ### More than two kinds
#
# scikit-learn's `SVC` does all of this: similarities with every training sample, support vectors, and for more than two
# classes one machine for each pair, with a vote. Two of its knobs are yours to turn: `gamma`, which is
# $1 / (2 \sigma^2)$, and the *penalty* `C`, the price of a sample that is too close ($C$ is large where our $\lambda$
# is small).
#
# Since $\sigma$ is one number for all features, they must be brought to one scale first, and the scale must be learned
# from the training samples, together with the rest. `make_pipeline(StandardScaler(), ...)` makes one model of both.
#
# **Write** `fit_svc(samples, labels, sigma, penalty)`.

# %% answer="fit-svc"
def fit_svc(samples, labels, sigma=1.0, penalty=1.0):
    """Fit a support vector classifier with radial basis functions on standardised features.

    Parameters
    ----------
    samples : array, shape (n, n_features)
    labels : array, shape (n,)
        Any number of classes.
    sigma : float
        Width of the kernel, in standard deviations of the features.
    penalty : float
        The parameter C.

    Returns
    -------
    model
        Fitted, with a method ``predict(samples)`` that takes samples in the unit in which they came.
    """
    ### BEGIN SOLUTION
    model = make_pipeline(StandardScaler(), SVC(gamma=1 / (2 * sigma**2), C=penalty))
    return model.fit(samples, labels)
    ### END SOLUTION


# %% tests="test-fit-svc" points=6 topics="clf.svc clf.kernel-trick"
_model = fit_svc(epicentres, on_ring.astype(int), sigma=0.7)
assert hasattr(_model, "predict"), "return the fitted model"
_right = np.mean(_model.predict(epicentres) == on_ring)
assert _right > 0.97, f"a kernel can part the disc from the ring, more than 97 % of these epicentres: got {_right:.0%}"
_metres = fit_svc(1000 * epicentres, on_ring.astype(int), sigma=0.7).predict(1000 * epicentres)
assert np.array_equal(_metres, _model.predict(epicentres)), "in metres instead of kilometres the answers must be the same: standardise inside the model"
_coins = np.arange(160) % 2
_right = np.mean(fit_svc(epicentres, _coins, sigma=0.03, penalty=100).predict(epicentres) == _coins)
assert _right > 0.95, f"with sigma = 0.03 and a penalty of 100 even labels without any sense are learned by heart, more than 95 %: got {_right:.0%} (gamma is 1 / (2 sigma²))"
_alike = fit_svc(epicentres, on_ring.astype(int), sigma=0.7, penalty=1e-4).predict(epicentres)
assert len(set(_alike.tolist())) == 1, "with a penalty of 0.0001 mistakes cost next to nothing, and the model calls all events the same: penalty is C"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(23)
_labels = np.arange(90) % 3
_samples = np.array([[0.0, 0.0], [1.5, 1.0], [-0.5, 2.0]])[_labels] + _rng.normal(0, 0.9, (90, 2))
_samples[:, 1] *= 40
_new = np.column_stack([_rng.uniform(-3, 4, 400), _rng.uniform(-80, 160, 400)])
_mean, _deviation = _samples.mean(axis=0), _samples.std(axis=0)
_given = _samples.copy()
for _sigma, _penalty in ((0.2, 1.0), (1.6, 0.3), (1.6, 60.0)):
    _reference = SVC(gamma=0.5 / _sigma**2, C=_penalty).fit((_samples - _mean) / _deviation, _labels)
    _agree = np.mean(fit_svc(_samples, _labels, _sigma, _penalty).predict(_new) == _reference.predict((_new - _mean) / _deviation))
    assert _agree > 0.985, "The model must standardise the features, use gamma = 1 / (2 sigma^2) and C = penalty."
assert len(set(fit_svc(_samples, _labels, 0.5, 1.0).predict(_new))) == 3, "The model must know three classes."
_default = SVC(gamma=0.5, C=1.0).fit((_samples - _mean) / _deviation, _labels)
assert np.mean(fit_svc(_samples, _labels).predict(_new) == _default.predict((_new - _mean) / _deviation)) > 0.985, "Without sigma and penalty given, 1 is meant for both."
assert np.array_equal(_samples, _given), "fit_svc must not change the samples."
_words = np.array(["LP", "VT", "TR"])[_labels]
assert set(fit_svc(_samples, _words).predict(_new)) <= {"LP", "VT", "TR"}, "The labels may be words."
### END HIDDEN TESTS

# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, stratify=y, random_state=0)
across, up = np.meshgrid(np.linspace(-0.1, 1.4, 160), np.linspace(0.25, 1.85, 160))
widths = (3.0, 0.7, 0.07)
models = [fit_svc(X_train, y_train, sigma, penalty=10) for sigma in widths]
fig, panels = plt.subplots(1, 3, figsize=(9.9, 3.5), sharex=True, sharey=True, layout="tight")
pale = ListedColormap([tuple(0.35 * np.array(to_rgb(COLOURS[kind])) + 0.65) for kind in CLASSES])
for panel, sigma, model in zip(panels, widths, models):
    region = model.predict(np.column_stack([across.ravel(), up.ravel()])).reshape(across.shape)
    panel.pcolormesh(10**across, 10**up, region, cmap=pale, vmin=0, vmax=3, rasterized=True)
    draw_events(panel, size=9)
    train_right, test_right = (np.mean(model.predict(part) == truth) for part, truth in ((X_train, y_train), (X_test, y_test)))
    panel.set_title(rf"$\sigma$ = {sigma:g}" + f"\ntraining {train_right:.0%}, test {test_right:.0%}", fontsize=10.5)
    panel.grid(False)
for panel in panels[1:]:
    panel.set_ylabel("")
panels[0].legend(frameon=False, fontsize=8, loc="lower left")
plt.show()

# %% [markdown]
# **Read the picture.** From left to right the kernel gets narrower, and the border more nervous. Where does the machine
# learn the events by heart? What do the two percentages say about it? The islands on the right are what overfitting
# looks like from above.
#
# ## 3. Count who is taken for whom
#
# One percentage hides what matters to the observatory: *which* events are mistaken, and for what. The **confusion
# matrix** $M$ has a row for each true class and a column for each predicted one,
#
# $$ M_{jk} = \#\{ i : y_i = j \ \text{and}\ \hat{y}_i = k \} . $$
#
# The diagonal is what went right. scikit-learn has its rows that way round as well; many papers do not. It is the
# first thing to find out about a printed matrix.
#
# **Write** `confusion_matrix(true, predicted, n_classes)`. A class that never occurs keeps its row and its column, of
# zeros.

# %% answer="confusion-matrix"
def confusion_matrix(true, predicted, n_classes):
    """Count the samples of each true class, by predicted class.

    Parameters
    ----------
    true, predicted : array of int, shape (n,)
        Labels, 0 to ``n_classes - 1``.
    n_classes : int

    Returns
    -------
    array of int, shape (n_classes, n_classes)
        A row for each true class, a column for each predicted one.
    """
    ### BEGIN SOLUTION
    # audit: equivalent [no dtype] because counts may be kept as real numbers
    matrix = np.zeros((n_classes, n_classes), dtype=int)
    np.add.at(matrix, (np.asarray(true), np.asarray(predicted)), 1)
    return matrix
    ### END SOLUTION


# %% tests="test-confusion-matrix" points=7 topics="clf.confusion-matrix"
_matrix = confusion_matrix(np.array([0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 0, 0]), 3)
assert np.shape(_matrix) == (3, 3), f"three classes give a table of shape (3, 3): got {np.shape(_matrix)}"
assert np.sum(_matrix) == 6, f"every sample is counted once, 6 in all: got {np.sum(_matrix)}"
assert np.array_equal(_matrix, [[2, 1, 0], [1, 1, 0], [1, 0, 0]]), (
    f"rows are true classes: [[2, 1, 0], [1, 1, 0], [1, 0, 0]]; got {np.asarray(_matrix).tolist()}"
)
_matrix = confusion_matrix(np.array([0, 2]), np.array([2, 2]), 4)
assert np.shape(_matrix) == (4, 4), f"four classes keep four rows and columns, though 1 and 3 never occur: got {np.shape(_matrix)}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(2)
_true, _predicted = _rng.integers(0, 4, 60), _rng.integers(1, 5, 60)
_matrix = np.asarray(confusion_matrix(_true, _predicted, 6))
assert _matrix.shape == (6, 6), "A class that never occurs keeps its row and its column."
assert np.array_equal(_matrix.sum(axis=1), [int(np.sum(_true == _k)) for _k in range(6)]), "The sum of a row is the number of samples of a true class."
assert all(_matrix[_j, _k] == int(np.sum((_true == _j) & (_predicted == _k))) for _j in range(6) for _k in range(6)), "Row j and column k count the samples of true class j that were taken for k."
assert np.array_equal(confusion_matrix(np.array([1, 1, 0, 1]), np.array([1, 0, 1, 1]), 2), [[0, 1], [1, 2]]), "Equal pairs are counted each time."
### END HIDDEN TESTS

# %% [markdown]
# Three questions to a confusion matrix, three numbers:
#
# - **Accuracy**: which share of all events was named rightly? $\displaystyle \sum_k M_{kk} \Big/ \sum_{jk} M_{jk}$
# - **Recall** of class $k$: of the events that *are* $k$, which share was found?
#   $\displaystyle M_{kk} \Big/ \sum_j M_{kj}$, along the row.
# - **Precision** of class $k$: of the events that were *called* $k$, which share is $k$?
#   $\displaystyle M_{kk} \Big/ \sum_j M_{jk}$, along the column.
#
# Recall is what civil protection asks (will you miss an explosion?), precision is what it asks after the third
# false alarm. Where the denominator is 0, since the class was never called or does not occur, the answer is 0 by
# convention (`np.maximum(..., 1)` in the denominator avoids a warning).
#
# **Write** the three functions.

# %% answer="metrics"
def accuracy(matrix):
    """Share of the samples that were predicted rightly, from a confusion matrix with true classes in its rows."""
    ### BEGIN SOLUTION
    matrix = np.asarray(matrix, dtype=float)
    return np.trace(matrix) / matrix.sum()
    ### END SOLUTION


def precision(matrix):
    """Precision of each class, shape (n_classes,); 0 for a class that was never predicted."""
    ### BEGIN SOLUTION
    matrix = np.asarray(matrix, dtype=float)
    called = matrix.sum(axis=0)
    # audit: equivalent [number] because nothing is divided by it where a class was never called
    # audit: equivalent [off by one] because a class that was called once is divided by 1 either way
    return np.diag(matrix) / np.where(called > 0, called, 1.0)
    ### END SOLUTION


def recall(matrix):
    """Recall of each class, shape (n_classes,); 0 for a class that does not occur."""
    ### BEGIN SOLUTION
    matrix = np.asarray(matrix, dtype=float)
    present = matrix.sum(axis=1)
    # audit: equivalent [number] because nothing is divided by it where a class does not occur
    # audit: equivalent [off by one] because a class that occurs once is divided by 1 either way
    return np.diag(matrix) / np.where(present > 0, present, 1.0)
    ### END SOLUTION


# %% tests="test-metrics" points=8 topics="clf.metrics clf.confusion-matrix"
_matrix = np.array([[8, 2, 0], [1, 3, 0], [4, 0, 0]])
assert np.isclose(accuracy(_matrix), 11 / 18), f"11 of 18 events are on the diagonal, 0.611: got {accuracy(_matrix):.3f}"
assert np.allclose(recall(_matrix), [0.8, 0.75, 0.0]), f"8 of 10, 3 of 4 and 0 of 4 were found: got {np.round(recall(_matrix), 3)}"
assert np.allclose(precision(_matrix), [8 / 13, 0.6, 0.0]), (
    f"8 of the 13 that were called 0, 3 of the 5 that were called 1, and nobody was called 2: got {np.round(precision(_matrix), 3)}"
)
_matrix = np.array([[3, 0], [0, 0]])
assert np.allclose(recall(_matrix), [1.0, 0.0]), f"class 1 does not occur, its recall is 0 by convention: got {np.round(recall(_matrix), 3)}"
### BEGIN HIDDEN TESTS
_matrix = np.array([[5, 0, 7, 1], [0, 0, 0, 0], [2, 0, 30, 0], [0, 0, 6, 9]])
_kept = _matrix.copy()
_found, _sure = np.asarray(recall(_matrix)), np.asarray(precision(_matrix))
assert np.shape(_found) == (4,) and np.shape(_sure) == (4,), "Precision and recall have one number for each class."
assert np.shape(accuracy(_matrix)) == () and np.isclose(accuracy(_matrix), 44 / 60), "Accuracy is the sum of the diagonal over the sum of everything."
assert np.all(np.isfinite(_found)) and np.all(np.isfinite(_sure)), "A class that was never called, or does not occur, has 0 and not NaN."
assert np.allclose(_found, [5 / 13, 0, 30 / 32, 9 / 15]), "Recall divides the diagonal by the sum of the row: true classes are in the rows."
assert np.allclose(_sure, [5 / 7, 0, 30 / 43, 9 / 10]), "Precision divides the diagonal by the sum of the column: predicted classes are in the columns."
assert np.array_equal(_matrix, _kept), "The matrix that comes in must not be changed."
_small = np.array([[0, 3], [0, 2]])
assert np.allclose(recall(_small), [0, 1]) and np.allclose(precision(_small), [0, 0.4]) and np.isclose(accuracy(_small), 0.4), "A class that nothing was called has a recall and a precision of 0, and the other class keeps its own."
### END HIDDEN TESTS

# %%
model = fit_svc(X_train, y_train, 0.7, penalty=10)
matrix = np.asarray(confusion_matrix(y_test, model.predict(X_test), len(CLASSES)))
share_right, of_called, of_true = accuracy(matrix), precision(matrix), recall(matrix)
fig, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.7), layout="tight", width_ratios=(1, 1.2))
left.imshow(matrix, cmap="Blues", vmax=2 * matrix.max())
left.grid(False)
for j in range(len(CLASSES)):
    for k in range(len(CLASSES)):
        left.text(k, j, matrix[j, k], ha="center", va="center", fontweight="bold" if j == k else "normal")
left.set_xticks(range(len(CLASSES)), CLASSES)
left.set_yticks(range(len(CLASSES)), CLASSES)
left.set(xlabel="predicted", ylabel="true", title=f"accuracy {share_right:.0%}")
place = np.arange(len(CLASSES))
right.bar(place - 0.19, of_called, 0.36, color=BLUE, label="precision")
right.bar(place + 0.19, of_true, 0.36, color=ORANGE, label="recall")
right.set_xticks(place, CLASSES)
right.set(ylim=(0, 1.25), ylabel="share")
right.legend(frameon=False, ncols=2, loc="upper left")
plt.show()

# %% [markdown]
# **Read the picture.** Which pair is confused most, and does the map of section 2 tell you why? Could a better
# classifier part them, or do they need a third feature?
#
# ## 4. Read a published matrix
#
# In 2018, Marielle Malfante and colleagues classified the catalogue of Ubinas by machine. Their result, 68,014 events
# of six classes, is given below as it was printed, with the precision of each class at the end of its row and the
# recall (there called accuracy) below its column. Percentages have one decimal.
#
# HYB are hybrids of VT and LP; TOR, *tornillos*, are long whistling tones.

# %% readonly="published"
UBINAS = ("LP", "TR", "VT", "EXP", "HYB", "TOR")
# Malfante et al. (2018), J. Geophys. Res. Solid Earth, doi:10.1029/2018JB015470, table 3
printed_counts = np.array(
    [
        [58363, 627, 8, 0, 5, 1],
        [3000, 4584, 0, 1, 2, 0],
        [478, 11, 475, 5, 11, 3],
        [15, 16, 2, 29, 0, 0],
        [131, 3, 28, 13, 125, 0],
        [43, 4, 3, 0, 0, 28],
    ]
)
printed_precision = np.array([98.9, 60.4, 48.3, 47.8, 41.7, 35.9])  # %, one for each row
printed_recall = np.array([94.1, 87.4, 92.2, 59.8, 87.1, 84.6])  # %, one for each column

# %% [markdown]
# Precision at the end of a *row*: so here the rows are the **predicted** classes and the columns the true ones, the
# other way round than ours.
#
# A careful reader recomputes. If the percentages were made from these counts, each must agree with its count within the
# rounding; where it does not, something else went on that the table does not tell.
#
# **Write** `read_published_matrix(counts, printed_precision, printed_recall, tolerance)`: precision and recall of each
# class in percent, from the counts, and a list of the printed values that are off by more than the tolerance. (By
# default we flag only what is off by more than half a point.) Your functions of section 3 will do, once the table is
# turned round.

# %% answer="read-published-matrix"
def read_published_matrix(counts, printed_precision, printed_recall, tolerance=0.5):
    """Recompute the percentages of a printed confusion matrix.

    Parameters
    ----------
    counts : array of int, shape (n_classes, n_classes)
        As printed: a row for each *predicted* class, a column for each true one.
    printed_precision, printed_recall : array, shape (n_classes,)
        %.
    tolerance : float
        Largest difference in percentage points that passes.

    Returns
    -------
    precisions, recalls : arrays, shape (n_classes,)
        %, from the counts; 0 where the denominator is 0.
    doubtful : list of (str, int)
        ``("precision", k)`` or ``("recall", k)`` for each printed value of class k that differs from the recomputed
        one by more than the tolerance; precisions first, classes in order.
    """
    ### BEGIN SOLUTION
    counts = np.asarray(counts, dtype=float)
    called, present = counts.sum(axis=1), counts.sum(axis=0)
    # audit: equivalent [number] because nothing is divided by it where a class was never called
    # audit: equivalent [off by one] because a class that was called once is divided by 1 either way
    sure = 100 * np.diag(counts) / np.where(called > 0, called, 1.0)
    # audit: equivalent [number] because nothing is divided by it where a class does not occur
    # audit: equivalent [off by one] because a class that occurs once is divided by 1 either way
    found = 100 * np.diag(counts) / np.where(present > 0, present, 1.0)
    doubtful = []
    for name, printed, recomputed in (("precision", printed_precision, sure), ("recall", printed_recall, found)):
        for k in np.flatnonzero(np.abs(np.asarray(printed) - recomputed) > tolerance):
            doubtful.append((name, int(k)))
    return sure, found, doubtful
    ### END SOLUTION


# %% tests="test-read-published-matrix" points=8 topics="clf.reading-a-matrix clf.metrics"
_sure, _found, _doubtful = read_published_matrix(
    np.array([[30, 10], [0, 60]]), np.array([75.8, 98.0]), np.array([98.0, 87.0]), 1.0
)
assert np.allclose(_sure, [75, 100]), f"30 of the 40 that were called 0 and 60 of 60 are right, 75 % and 100 %: got {_sure}"
assert np.allclose(_found, [100, 600 / 7]), f"30 of 30 and 60 of 70 were found, 100 % and 85.7 %: got {_found}"
assert list(map(tuple, _doubtful)) == [("precision", 1), ("recall", 0), ("recall", 1)], (
    f"the precision of class 1 (printed 98 %) and both recalls (98 % and 87 %) are off by more than the tolerance, here 1, precisions first: got {_doubtful}"
)
### BEGIN HIDDEN TESTS
_counts = np.array([[50, 3, 0], [8, 20, 1], [2, 0, 16]])
_rows = 100 * np.array([50 / 53, 20 / 29, 16 / 18])
_columns = 100 * np.array([50 / 60, 20 / 23, 16 / 17])
_printed = _rows + [0.2, -0.9, 2.0], _columns + [-1.1, 0.0, 0.3]
_given = _printed[0].copy(), _printed[1].copy()
read_published_matrix(_counts, *_printed, 1.0)
assert np.array_equal(_printed[0], _given[0]) and np.array_equal(_printed[1], _given[1]), "read_published_matrix must not change the arrays that it is given."
_sure, _found, _doubtful = read_published_matrix(_counts, _rows + [0.2, -0.9, 2.0], _columns + [-1.1, 0.0, 0.3], 1.0)
assert np.shape(_sure) == (3,) and np.shape(_found) == (3,), "Precision and recall have one number for each class."
assert np.allclose(_sure, _rows), "In this table the rows are the predicted classes: precision divides by the sum of a row, in percent."
assert np.allclose(_found, _columns), "In this table the columns are the true classes: recall divides by the sum of a column, in percent."
assert ("recall", 0) in [tuple(_item) for _item in _doubtful], "A printed value that is too low is as doubtful as one that is too high."
assert [tuple(_item) for _item in _doubtful] == [("precision", 2), ("recall", 0)], "List the printed values that differ by more than the tolerance, precisions first."
assert [tuple(_item) for _item in read_published_matrix(_counts, _rows + [0.2, -0.9, 2.0], _columns + [-1.1, 0.0, 0.3], 0.25)[2]] == [("precision", 1), ("precision", 2), ("recall", 0), ("recall", 2)], "The tolerance decides what passes, and the classes come in order."
assert [tuple(_item) for _item in read_published_matrix(_counts, _rows + 0.6, _columns - 0.4)[2]] == [("precision", 0), ("precision", 1), ("precision", 2)], "Without a tolerance given, 0.5 percentage points are meant."
assert len(read_published_matrix(np.array([[30, 10], [0, 60]]), np.array([75.5, 100.0]), np.array([100.0, 85.7]), 0.5)[2]) == 0, "A difference equal to the tolerance passes."
_sure, _found, _doubtful = read_published_matrix(np.array([[4, 0], [0, 0]]), np.array([100, 0]), np.array([100, 0]), 0.5)
assert np.allclose(_sure, [100, 0]) and np.allclose(_found, [100, 0]) and len(_doubtful) == 0, "A class without any event has 0 %, not NaN."
### END HIDDEN TESTS

# %%
sure, found, doubtful = read_published_matrix(printed_counts, printed_precision, printed_recall)
strict = read_published_matrix(printed_counts, printed_precision, printed_recall, 0.051)[2]
for kind, k in doubtful:
    printed, own = (printed_precision, sure) if kind == "precision" else (printed_recall, found)
    print(f"{kind} of {UBINAS[k]}: printed {printed[k]:.1f} %, from the counts {own[k]:.1f} %")
print(f"off by more than rounding explains: {len(strict)} of 12")

fig, ax = plt.subplots(figsize=(8.6, 3.5), layout="tight")
place = np.arange(len(UBINAS))
ax.bar(place - 0.19, sure, 0.36, color=BLUE, label="precision")
ax.bar(place + 0.19, found, 0.36, color=ORANGE, label="recall")
for kind, k in doubtful:
    shift, printed = (-0.19, printed_precision) if kind == "precision" else (0.19, printed_recall)
    ax.plot([k + shift - 0.2, k + shift + 0.2], [printed[k]] * 2, color="black", lw=2.5)
ax.plot([], [], color="black", lw=2.5, label="printed, where it does not follow")
ax.set_xticks(place, [f"{kind}\n{count:,}" for kind, count in zip(UBINAS, printed_counts.sum(axis=0))])
ax.set(ylabel="%", ylim=(0, 132), yticks=[0, 25, 50, 75, 100])
ax.legend(frameon=False, ncols=3, loc="upper left", fontsize=9)
plt.show()

# %% [markdown]
# **Read the picture.** Five of the twelve printed percentages miss their counts by more than rounding explains, three of
# them by more than half a point, and these three are all in the two rarest classes. It need not be a mistake: if the percentages are means over several repetitions, each with its own
# test set, they need not equal those of the summed counts, and the fewer the events, the larger the difference. The
# table does not say. Now you know what to ask the authors.
#
# And the numbers below the classes? There are 48 explosions and 62,030 long-period events. Precision and recall of the
# leftmost class are excellent. Let us return to this at the end.
#
# ## 5. Split and vote
#
# A **decision tree** asks one simple question after the other: *is the frequency below 2.3 Hz?* Each question splits the
# events into two groups, and it is a good question if the groups are *purer* than what they came from. The purity of a
# group is measured by the **Gini impurity**,
#
# $$ G = 1 - \sum_k p_k^2 , $$
#
# with $p_k$ the share of class $k$ in the group: the probability that two events drawn from it (with replacement) differ
# in class. It is 0 in a group of one class.
#
# **Write** `gini(labels)`.

# %% answer="gini"
def gini(labels):
    """Gini impurity of a group.

    Parameters
    ----------
    labels : array, shape (n,)
        Any labels, at least one.

    Returns
    -------
    float
        0 for one class, below 1 for many.
    """
    ### BEGIN SOLUTION
    _, counts = np.unique(labels, return_counts=True)
    return 1.0 - np.sum((counts / counts.sum()) ** 2)
    ### END SOLUTION


# %% tests="test-gini" points=5 topics="clf.trees"
assert np.isclose(gini(np.array([4, 4, 4])), 0), f"a group of one class is pure, 0: got {gini(np.array([4, 4, 4]))}"
assert np.isclose(gini(np.array([0, 1, 0, 1])), 0.5), f"two classes in equal parts have 1 - 2 / 4 = 0.5: got {gini(np.array([0, 1, 0, 1]))}"
assert np.isclose(gini(np.array([0, 1, 2, 0])), 0.625), f"shares of 1/2, 1/4 and 1/4 have 1 - 1/4 - 1/16 - 1/16 = 0.625: got {gini(np.array([0, 1, 2, 0]))}"
### BEGIN HIDDEN TESTS
_labels = np.array([7, -2, 7, 7, 0, 0, 7, 7, -2, 7])
_given = _labels.copy()
gini(_labels)
assert np.array_equal(_labels, _given), "gini must not change the labels."
assert np.shape(gini(_labels)) == (), "The impurity is one number."
assert np.isclose(gini(_labels), 1 - (0.6**2 + 0.2**2 + 0.2**2)), "The impurity is 1 minus the sum of the squared shares of all classes, whatever their labels."
assert np.isclose(gini(np.arange(5)), 0.8), "Five different classes have an impurity of 0.8."
assert np.isclose(gini(np.array(["LP", "VT", "LP", "LP"])), 0.375), "The labels may be words."
assert np.isclose(gini(np.array([True])), 0), "A group of one event is pure."
### END HIDDEN TESTS

# %% [markdown]
# To find the best question about one feature, sort its values and try a threshold half-way between each value and the
# next different one. A threshold $s$ sends $n_L$ events with $x \le s$ to the left and $n_R$ to the right; its quality is
# the impurity that is left, weighted by the sizes,
#
# $$ Q(s) = \frac{n_L}{n} G_L + \frac{n_R}{n} G_R . $$
#
# **Write** `best_split(feature, labels)`. When two thresholds are equally good (within rounding), take the smaller one. When the feature
# has one value only, no question can be asked: raise a `ValueError`.

# %% answer="best-split"
def best_split(feature, labels):
    """Find the threshold of one feature that leaves the least impurity.

    Parameters
    ----------
    feature : array of float, shape (n,)
    labels : array, shape (n,)

    Returns
    -------
    threshold : float
        Half-way between two neighbouring different values; the smallest of equally good ones.
    impurity : float
        What is left, weighted by the sizes of the two groups.

    Raises
    ------
    ValueError
        All values are the same.
    """
    ### BEGIN SOLUTION
    feature, labels = np.asarray(feature, dtype=float), np.asarray(labels)
    values = np.unique(feature)
    if len(values) < 2:
        raise ValueError("all values of the feature are the same")
    best_threshold, least = None, np.inf
    for threshold in (values[:-1] + values[1:]) / 2:
        # audit: equivalent [boundary] because no value is half-way between two neighbours
        # audit: equivalent [comparison] because the two groups only change their names
        left = feature <= threshold
        remaining = left.mean() * gini(labels[left]) + (~left).mean() * gini(labels[~left])
        # audit: equivalent [boundary] because no difference is exactly 1e-12
        # audit: equivalent [number] because any number between rounding and a real difference will do
        if remaining < least - 1e-12:
            best_threshold, least = threshold, remaining
    return best_threshold, least
    ### END SOLUTION


# %% tests="test-best-split" points=8 topics="clf.trees"
_threshold, _impurity = best_split(np.array([3.0, 8.0, 1.0, 6.0, 2.0]), np.array([0, 1, 0, 1, 0]))
assert np.isclose(_threshold, 4.5), f"half-way between 3 and 6 both groups become pure, at 4.5: got {_threshold}"
assert np.isclose(_impurity, 0), f"pure groups leave no impurity: got {_impurity}"
_threshold, _impurity = best_split(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 1, 1, 1]))
assert np.isclose(_threshold, 1.5) and np.isclose(_impurity, 0), f"at 1.5 one event is alone on the left: got {_threshold} with {_impurity}"
_threshold, _impurity = best_split(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 0]))
assert np.isclose(_threshold, 2.5) and np.isclose(_impurity, 0.25), f"at 2.5 two pure and two mixed events leave 2 / 4 x 0 + 2 / 4 x 0.5 = 0.25: got {_threshold} with {_impurity}"
_threshold, _impurity = best_split(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 0]))
assert np.isclose(_threshold, 1.5), f"1.5 and 2.5 are equally good, take the smaller: got {_threshold}"
_refused = False
try:
    best_split(np.array([2.0, 2.0]), np.array([0, 1]))
except ValueError:
    _refused = True
assert _refused, "a feature with one value only cannot be split: raise a ValueError"
### BEGIN HIDDEN TESTS
def _left_over(feature, labels, threshold):
    total = 0.0
    for group in (labels[feature <= threshold], labels[feature > threshold]):
        total += len(group) / len(labels) * (1 - sum((np.sum(group == k) / len(group)) ** 2 for k in set(group.tolist())))
    return total


_rng = np.random.default_rng(9)
for _n, _k in ((25, 3), (40, 2), (12, 4)):
    _feature, _labels = np.round(_rng.normal(size=_n), 1), _rng.integers(0, _k, _n)
    _values = np.array(sorted(set(_feature.tolist())))
    _middles = (_values[1:] + _values[:-1]) / 2
    _costs = np.array([_left_over(_feature, _labels, _s) for _s in _middles])
    _given = _feature.copy(), _labels.copy()
    _threshold, _impurity = best_split(_feature, _labels)
    assert np.array_equal(_feature, _given[0]) and np.array_equal(_labels, _given[1]), "best_split must not change the arrays that it is given."
    assert np.shape(_threshold) == () and np.shape(_impurity) == (), "Threshold and impurity are one number each."
    assert np.isclose(_impurity, _costs.min(), atol=1e-6), "The impurity that is left is the mean of the two groups' Gini impurities, weighted by their sizes."
    assert np.any(np.isclose(_threshold, _middles)), "A threshold stands half-way between two neighbouring different values."
    assert np.isclose(_threshold, _middles[np.flatnonzero(np.isclose(_costs, _costs.min()))[0]]), "Take the threshold that leaves the least impurity, and the smallest of equally good ones."
_threshold, _impurity = best_split(np.array([1, 2, 3, 4]), np.array([0, 1, 0, 1]))
assert np.isclose(_threshold, 1.5) and np.isclose(_impurity, 1 / 3), "When two thresholds are equally good, take the smaller one."
_threshold, _impurity = best_split(np.array([5.0, 5.0, 9.0]), np.array([1, 0, 0]))
assert np.isclose(_threshold, 7.0) and np.isclose(_impurity, 1 / 3), "Equal values cannot be split: they go to the same side together."
_refused = False
try:
    best_split(np.array([0.5, 0.5, 0.5]), np.array(["a", "b", "a"]))
except ValueError:
    _refused = True
assert _refused, "A feature with one value only cannot be split: raise a ValueError."
_threshold, _impurity = best_split(np.array([-4.0, -1.0, -2.0]), np.array(["b", "a", "b"]))
assert np.isclose(_threshold, -1.5) and np.isclose(_impurity, 0), "Values may be negative and unsorted, and labels words."
### END HIDDEN TESTS

# %%
before = gini(y)
questions = [best_split(np.log10(values), y) for values in (frequency, duration)]
fig, panels = plt.subplots(1, 2, figsize=(9.8, 3.6), layout="tight")
units = ("mean frequency (Hz)", "duration (s)")
for panel, values, unit, (threshold, left_over) in zip(panels, (frequency, duration), units, questions):
    bins = np.geomspace(values.min(), values.max(), 26)
    panel.hist([values[names == kind] for kind in CLASSES], bins, stacked=True, color=list(COLOURS.values()), label=CLASSES)
    panel.axvline(10**threshold, color="black", lw=2, ls="--")
    panel.set(xscale="log", xlabel=unit, ylabel="events", title=f"ask at {10**threshold:.1f}: impurity {before:.2f} becomes {left_over:.3f}")
    panel.set_xticks(*(([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"]) if unit.endswith("(Hz)") else ([3, 10, 30], ["3", "10", "30"])))
    panel.minorticks_off()
panels[1].legend(frameon=False)
plt.show()

# %% [markdown]
# **Read the picture.** The two questions are almost equally good. Whom does each separate from the rest? A tree asks the
# better one, then the best question of each half, and so on.
#
# A single tree that asks until every group is pure has learned its training set by heart. A **random forest** plants
# dozens of trees, each on another random draw of the events and with random subsets of the features to choose from, and
# lets them **vote**. Each tree is overconfident in its own way, and the idiosyncrasies do not win majorities.
#
# **Write** `forest_vote(votes)`: the most frequent label of each column. In a draw the smallest label wins.

# %% answer="forest-vote"
def forest_vote(votes):
    """Majority among the trees.

    Parameters
    ----------
    votes : array of int, shape (n_trees, n_samples)
        The label, 0 or more, that each tree gives to each sample.

    Returns
    -------
    array of int, shape (n_samples,)
        The most frequent label of each column, in a draw the smallest of them.
    """
    ### BEGIN SOLUTION
    votes = np.asarray(votes)
    # audit: equivalent [mean for sum] because shares have the same majority as counts
    # audit: equivalent [off by one] because a label that nobody votes for never wins
    counts = np.stack([np.sum(votes == label, axis=0) for label in range(votes.max() + 1)])
    return np.argmax(counts, axis=0)
    ### END SOLUTION


# %% tests="test-forest-vote" points=6 topics="clf.forests"
_winners = forest_vote(np.array([[0, 2, 1], [0, 2, 3], [1, 1, 3]]))
assert np.shape(_winners) == (3,), f"three samples have three winners, shape (3,): got {np.shape(_winners)}"
assert np.array_equal(_winners, [0, 2, 3]), f"the columns vote for 0 (two of three), 2 (two of three) and 3 (two of three): got {_winners}"
assert np.array_equal(forest_vote(np.array([[2], [1]])), [1]), "in a draw between 2 and 1 the smaller label, 1, wins"
assert np.array_equal(forest_vote(np.array([[0], [3], [0], [2], [1]])), [0]), "0 has two of five votes, more than any other label"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(31)
_votes = _rng.integers(0, 5, (12, 40)) * 3
_kept = _votes.copy()
_wanted = []
for _column in _votes.T:
    _counts = {_label: int(np.sum(_column == _label)) for _label in set(_column.tolist())}
    _wanted.append(min(_label for _label in _counts if _counts[_label] == max(_counts.values())))
_winners = forest_vote(_votes)
assert np.shape(_winners) == (40,), "Return one label for each sample: the trees are in the rows."
assert np.array_equal(_winners, _wanted), "The most frequent label of each column wins, in a draw the smallest of them; a mean or a median of labels is no vote."
assert np.array_equal(_votes, _kept), "forest_vote must not change the votes."
assert np.array_equal(forest_vote(np.full((1, 4), 6)), [6, 6, 6, 6]), "A forest of one tree votes as its tree."
assert np.array_equal(forest_vote(np.array([[0, 9], [9, 9], [9, 1], [0, 1]])), [0, 1]), "In a draw the smallest label wins."
assert np.issubdtype(np.asarray(_winners).dtype, np.integer), "Labels are whole numbers."
### END HIDDEN TESTS

# %%
dice = np.random.default_rng(1)
n_trees, votes = 60, []
for _ in range(n_trees):
    drawn = dice.integers(0, len(X_train), len(X_train))
    tree = DecisionTreeClassifier(max_features=1, random_state=int(dice.integers(1 << 31)))
    votes.append(tree.fit(X_train[drawn], y_train[drawn]).predict(X_test))
votes = np.array(votes)
alone = [np.mean(vote == y_test) for vote in votes]
together = [np.mean(forest_vote(votes[:count]) == y_test) for count in range(1, n_trees + 1)]

fig, ax = plt.subplots(figsize=(7.5, 3.2), layout="tight")
ax.plot(range(1, n_trees + 1), alone, ".", color=GREY, label="each tree alone")
ax.plot(range(1, n_trees + 1), together, color=GREEN, lw=2.5, label="the vote of all so far")
ax.set(xlabel="trees", ylabel="accuracy on the test events")
ax.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
plt.show()

# %% [markdown]
# **Read the picture.** The forest is better than most of its trees, and you need not know beforehand which of them are
# the good ones. How many does it take until the green curve wobbles by no more than an event or two? (One of the 96 test
# events is one per cent.) And what would the vote be worth if all the trees had been trained on the *same* events with
# the same features?
#
# ## 6. Choose a representation
#
# Back to the ring fault. You parted it from the crater with a kernel. There is a cheaper way: ask a better question. In
# **polar coordinates** around the crater,
#
# $$ r = \sqrt{x^2 + y^2} , \qquad \varphi = \operatorname{atan2}(y, x) , $$
#
# the disc and the ring differ in $r$ alone, and one threshold is enough. No model is as strong as a good representation.
#
# **Write** `to_polar(points)`. `np.arctan2` knows all four quadrants; $\arctan(y / x)$ knows two of them.

# %% answer="to-polar"
def to_polar(points):
    """Polar coordinates around the origin.

    Parameters
    ----------
    points : array, shape (n, 2)
        East and north of the origin, km.

    Returns
    -------
    array, shape (n, 2)
        Distance, km, and angle from the east towards the north, rad, above -pi and up to pi.
    """
    ### BEGIN SOLUTION
    points = np.asarray(points, dtype=float)
    return np.column_stack([np.hypot(points[:, 0], points[:, 1]), np.arctan2(points[:, 1], points[:, 0])])
    ### END SOLUTION


# %% tests="test-to-polar" points=4 topics="clf.representation"
_polar = to_polar(np.array([[3.0, 4.0], [0.0, 2.0], [-1.0, 0.0], [-3.0, -4.0]]))
assert np.shape(_polar) == (4, 2), f"four points, distance and angle, shape (4, 2): got {np.shape(_polar)}"
assert np.allclose(np.asarray(_polar)[:, 0], [5, 2, 1, 5]), f"the distances are 5, 2, 1 and 5 km: got {np.asarray(_polar)[:, 0]}"
assert np.allclose(np.asarray(_polar)[:, 1], [0.9273, np.pi / 2, np.pi, -2.2143], atol=1e-4), f"the angles are 0.927, 1.571 (north), 3.142 (west) and -2.214 (south-west): got {np.asarray(_polar)[:, 1]}"
### BEGIN HIDDEN TESTS
_angles, _distances = np.array([0.3, 2.5, -2.6, -0.7, -1.5707]), np.array([1.0, 4.0, 0.2, 30.0, 2.0])
_points = np.column_stack([_distances * np.cos(_angles), _distances * np.sin(_angles)])
_kept = _points.copy()
_polar = np.asarray(to_polar(_points))
assert np.array_equal(_points, _kept), "to_polar must not change the points."
assert np.allclose(_polar[:, 0], _distances), "The first column is the distance, the root of the sum of the squares."
assert np.allclose(_polar[:, 1], _angles, atol=1e-6), "The second column is the angle in rad, from east towards north, in all four quadrants."
assert np.allclose(np.asarray(to_polar(np.array([[0, -2], [0, 0]])))[:, 0], [2, 0]), "A point on an axis, or the origin, must not divide by zero."
### END HIDDEN TESTS

# %%
polar = np.asarray(to_polar(epicentres))
cut, impure = best_split(epicentres[:, 0], on_ring)
better_cut, pure = best_split(polar[:, 0], on_ring)
fig, (left, right) = plt.subplots(1, 2, figsize=(9.8, 3.8), layout="tight")
for where, colour, marker in ((~on_ring, GREEN, "^"), (on_ring, BLUE, "o")):
    left.scatter(*epicentres[where].T, s=18, c=colour, marker=marker, edgecolors="white", linewidths=0.4)
    right.scatter(*polar[where].T, s=18, c=colour, marker=marker, edgecolors="white", linewidths=0.4)
left.axvline(cut, color="black", ls="--")
left.set(xlabel="east (km)", ylabel="north (km)", aspect="equal", title=f"best question about x leaves {impure:.2f}")
right.axvline(better_cut, color="black", ls="--")
right.set(xlabel="distance from the crater (km)", ylabel="angle (rad)", title=f"best question about r leaves {pure:.2f}")
plt.show()

# %% [markdown]
# **Read the picture.** The same earthquakes, the same one-question model. What did you have to know about volcanoes to
# ask for $r$, and who told the machine?
#
# ### Meet a problem that no line solves
#
# The smallest problem that defeats every linear classifier has four samples. A probe is triggered if *either* the
# pressure *or* the temperature rises, but not both: (0, 0) and (1, 1) are of one class, (0, 1) and (1, 0) of the other.
# It is the **exclusive or**, XOR, and it is said to have stopped research on neural networks for a decade.
#
# How can one *prove* that no line exists? A hyperplane separates the classes if and only if there are $\mathbf{w}$ and
# $b$ with
#
# $$ y_i (\mathbf{w} \cdot \mathbf{x}_i + b) \ge 1 \quad \text{for all } i , $$
#
# a set of linear inequalities in $F + 1$ unknowns. A *linear program* finds a solution if there is one, and says so if
# there is none. `scipy.optimize.linprog(c, A_ub=A, b_ub=d, bounds=...)` minimises
# $\mathbf{c} \cdot \theta$ subject to $A\theta \le \mathbf{d}$, here with the unknowns $\theta = (\mathbf{w}, b)$. Nothing
# needs minimising, so take $\mathbf{c} = 0$. Mind two things: the direction of
# the inequality, and that `linprog` presumes $\theta \ge 0$ unless you say `bounds=(None, None)`. The answer's `status`
# is 0 for a solution and 2 for none.
#
# **Write** `xor_is_separable(samples, labels)`, which works for any samples and is named after the one that made history.

# %% answer="xor-is-separable"
def xor_is_separable(samples, labels):
    """Tell whether a hyperplane has all samples of either class on its own side.

    Parameters
    ----------
    samples : array, shape (n, n_features)
    labels : array, shape (n,)
        -1 or +1.

    Returns
    -------
    bool
    """
    ### BEGIN SOLUTION
    samples, labels = np.asarray(samples, dtype=float), np.asarray(labels, dtype=float)
    # audit: equivalent [sign] because w and b may change their signs together
    inequalities = -labels[:, None] * np.column_stack([samples, np.ones(len(samples))])
    answer = linprog(
        np.zeros(inequalities.shape[1]), A_ub=inequalities, b_ub=-np.ones(len(labels)), bounds=(None, None)
    )
    return bool(answer.status == 0)
    ### END SOLUTION


# %% tests="test-xor-is-separable" points=6 topics="clf.xor clf.svm"
_corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
assert not xor_is_separable(_corners, np.array([-1, 1, 1, -1])), "no line parts the exclusive or"
assert xor_is_separable(_corners, np.array([-1, 1, 1, 1])), "a line parts (0, 0) from the other three corners (the ordinary or)"
assert xor_is_separable(_corners, np.array([1, 1, -1, -1])), "a line parts the left corners from the right ones"
### BEGIN HIDDEN TESTS
_corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
assert not xor_is_separable(_corners - 0.5, np.array([1, -1, -1, 1])), "The exclusive or stays unsolvable when the square is moved or the classes are swapped."
assert xor_is_separable(_corners, np.array([1, -1, -1, -1])) and xor_is_separable(_corners, np.array([1, 1, 1, -1])), "Three corners against one can be parted: the weights and the bias may be negative."
assert xor_is_separable(np.column_stack([_corners, _corners[:, 0] * _corners[:, 1]]), np.array([-1, 1, 1, -1])), "With the product of the two features as a third one, a plane parts the exclusive or."
assert xor_is_separable(np.array([[5.0], [5.2], [4.7]]), np.array([1, 1, -1])), "One feature far from zero needs a bias."
assert not xor_is_separable(np.array([[1.0], [2.0], [3.0]]), np.array([1, -1, 1])), "On a line, a sample between two of the other class cannot be parted by one threshold."
assert not xor_is_separable(np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([1, -1])), "Two samples at the same place with different labels cannot be parted."
_given = np.array([[0.0, 2.0], [1.0, 3.0]]), np.array([1, -1])
xor_is_separable(*_given)
assert np.array_equal(_given[0], [[0, 2], [1, 3]]) and np.array_equal(_given[1], [1, -1]), "xor_is_separable must not change the arrays that it is given."
_rng = np.random.default_rng(4)
_cloud = _rng.normal(size=(40, 3))
_sides = np.where(_cloud @ [1.0, -2.0, 0.5] + 0.3 > 0, 1, -1)
assert xor_is_separable(_cloud + 0.05 * _sides[:, None] * [1.0, -2.0, 0.5], _sides), "Forty samples on either side of a plane can be parted, however narrow the street."
_sides[7] *= -1
assert not xor_is_separable(np.vstack([_cloud, _cloud[_sides > 0].mean(axis=0)]), np.r_[_sides, -1]), "One label on the wrong side can make the difference."
### END HIDDEN TESTS

# %%
corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
colourings = [np.array([1 if number >> bit & 1 else -1 for bit in range(4)]) for number in range(16)]
verdicts = [xor_is_separable(corners, signs) for signs in colourings]
fig, panels = plt.subplots(2, 8, figsize=(9.8, 2.9), layout="tight")
for panel, signs, separable in zip(panels.flat, colourings, verdicts):
    panel.scatter(*corners.T, c=np.where(signs > 0, GREEN, BLUE), s=70, edgecolors="black", linewidths=0.5)
    panel.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xticks=[], yticks=[], aspect="equal")
    panel.set_facecolor("white" if separable else "#FBE3D6")
    panel.spines[["top", "right"]].set_visible(True)
fig.suptitle(f"All {panels.size} ways to colour four corners: {sum(verdicts)} can be parted by a line", fontsize=10.5)
plt.show()

# %% [markdown]
# **Read the picture.** (All corners of one colour count as parted, too.) Which are the two that cannot? Add the product $x_1 x_2$ as a third feature and they can: once
# more the representation has done the work. In the lesson on neural networks, the network will find such a feature by
# itself.
#
# ### How empty is the space of waveforms?
#
# Why not hand over the raw waveform, 6000 numbers, as the features? Because of what happens to *space* when the number
# of dimensions grows. Divide each axis into $B$ bins: the space has $B^F$ cells, and a hundred events fill at most a
# hundred of them. In 6000 dimensions everything is far from everything.
#
# The good news: natural data do not live everywhere. The next sample of a waveform is close to the last one, so that
# its points crowd on a thin curved sheet, a **manifold**, in the wide empty space. You can measure that.
#
# **Write** `occupied_fraction(samples, n_bins)`: the share of the cells that hold at least one sample. The features lie
# between 0 and 1; a value on the edge between two bins belongs to the upper one, and the value 1 to the last bin.

# %% answer="occupied-fraction"
def occupied_fraction(samples, n_bins):
    """Share of the cells of a regular grid on the unit cube that hold a sample.

    Parameters
    ----------
    samples : array, shape (n, n_features)
        Values from 0 to 1, both included.
    n_bins : int
        Bins of equal width along each axis; a value of 1 belongs to the last one.

    Returns
    -------
    float
        Occupied cells over all ``n_bins ** n_features`` cells.
    """
    ### BEGIN SOLUTION
    samples = np.asarray(samples, dtype=float)
    cells = np.minimum((samples * n_bins).astype(int), n_bins - 1)
    return len(np.unique(cells, axis=0)) / n_bins ** samples.shape[1]
    ### END SOLUTION


# %% tests="test-occupied-fraction" points=7 topics="clf.manifold"
_fraction = occupied_fraction(np.array([[0.1, 0.1], [0.2, 0.3], [0.9, 0.1]]), 2)
assert np.isclose(_fraction, 0.5), f"two of the four cells are occupied (two samples share one), 0.5: got {_fraction}"
assert np.isclose(occupied_fraction(np.array([[0.0], [0.9], [1.0]]), 4), 0.5), "0 is in the first of four bins, 0.9 and 1 are both in the last: 2 of 4"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(14)
_samples = _rng.random((50, 3))
_samples[0], _samples[1] = 1.0, 0.0
_kept = _samples.copy()
_cells = {tuple(min(int(_value * 5), 4) for _value in _row) for _row in _samples}
_fraction = occupied_fraction(_samples, 5)
assert np.array_equal(_samples, _kept), "occupied_fraction must not change the samples."
assert np.shape(_fraction) == (), "The fraction is one number."
assert _fraction <= 50 / 125, "Fifty samples occupy at most fifty cells: the value 1 belongs to the last bin and makes no cell of its own."
assert np.isclose(_fraction, len(_cells) / 125), "Count each occupied cell once and divide by the number of all cells, n_bins to the power of n_features."
assert np.isclose(occupied_fraction(np.tile(np.linspace(0, 1, 9)[:, None], (1, 2)), 3), 3 / 9), "Points on the diagonal occupy the cells of the diagonal only: the features belong together."
assert np.isclose(occupied_fraction(np.array([[0.5, 0.5]]), 2), 0.25), "A value on the border belongs to the bin above it."
assert np.isclose(occupied_fraction(np.full((9, 4), 0.3), 2), 1 / 16), "Nine samples in one cell of a four-dimensional space occupy one sixteenth."
### END HIDDEN TESTS

# %%
trace = waveforms[np.flatnonzero(names == "LP")[2]]
scaled = (trace - trace.min()) / np.ptp(trace)
scaled = np.argsort(np.argsort(scaled)) / (scaled.size - 1)  # every amplitude equally often
shuffled = np.random.default_rng(0).permutation(scaled)
dimensions = range(1, 7)


def windows(values, length):
    """All stretches of neighbouring values, as rows."""
    return np.lib.stride_tricks.sliding_window_view(values, length)


records = ((shuffled, GREY, "s", "the same values, shuffled"), (scaled, BLUE, "o", "a waveform"))
shares = [[occupied_fraction(windows(values, d), 5) for d in dimensions] for values, *_ in records]
fig, (left, right) = plt.subplots(1, 2, figsize=(9.8, 3.7), layout="tight")
for (values, colour, marker, label), share in zip(records, shares):
    right.plot(dimensions, share, marker=marker, color=colour, label=label)
    left.plot(*windows(values, 2).T, ".", ms=1.5, color=colour, alpha=0.6)
left.set(xlabel="value", ylabel="next value", aspect="equal", title="two dimensions")
right.set(xlabel="dimensions (length of the window)", ylabel="share of the cells occupied", yscale="log")
right.set_yticks([0.1, 0.2, 0.5, 1], ["0.1", "0.2", "0.5", "1"])
right.minorticks_off()
right.legend(frameon=False, loc="lower left")
plt.show()

# %% [markdown]
# **Read the picture.** Both records hold the same values, equally often. The shuffled one fills its space as far as
# 6000 points can. The waveform keeps to a band along the diagonal, fills less from three dimensions on, and leaves most of
# what its shuffled twin reaches untouched at six. Whoever finds coordinates *on* the band has few features that say everything. Those before us wrote
# them by hand, as you will in the lesson on volcanic signals; later, networks will learn them.
#
# ## Where accuracy misleads
#
# One matter is left. Here is a classifier for Ubinas that needs no data, no training and no electricity: it calls every
# event LP.

# %%
truth = printed_counts.T  # rows are true classes now, as in your functions
lazy = np.zeros_like(truth)
lazy[:, 0] = truth.sum(axis=1)
scores = (("accuracy", [100 * accuracy(table) for table in (lazy, truth)], 0.19, GREY),
          ("mean recall of the six classes", [100 * np.mean(recall(table)) for table in (lazy, truth)], -0.19, ORANGE))
fig, ax = plt.subplots(figsize=(7.5, 2.6), layout="tight")
for label, values, shift, colour in scores:
    ax.barh(np.arange(2) + shift, values, 0.36, color=colour, label=label)
    for place, value in enumerate(values):
        ax.text(value + 1, place + shift, f"{value:.1f}", va="center")
ax.set_yticks([0, 1], ["always LP", "published"])
ax.set(xlabel="%", xlim=(0, 112))
ax.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.45, 1.22), ncols=2)
plt.show()

# %% [markdown]
# **Read the picture.** The lazy classifier has an accuracy of 91 %, two points less than the published one, and it will
# never find an explosion. Accuracy asks how often we are right, and where one class is nine tenths of the world, the
# answer is mostly about that class. The mean recall gives every class one voice. Neither is *the* right number. The right
# number is the one that answers the question you have, and now you know how to ask.
#
# ## What you have learned
#
# - A linear classifier is a signed distance. The hinge loss charges what is missing to a margin of 1, and only the support
#   vectors hold the line.
# - A kernel adds similarities as features, so that a straight cut becomes a curved one. Too narrow, and it learns by heart.
# - A confusion matrix says everything; find out which way round it is printed, and recompute.
# - Trees ask the question that leaves the least impurity; forests let many of them vote.
# - A good representation beats a clever model, and data fill little of their space.
# - Accuracy on imbalanced classes is mostly about the largest one.
