# %% [markdown]
# # Spot the seismogram, and say what learning is
#
# Below are four records without a name. One holds the daily changes of a share index, one the monthly temperature of
# central England (as departures from the mean of each month), one was made by a random number generator, and one is
# ground motion far away from an earthquake. Which is which? Take your time, and then notice something odd: you will
# probably be right about the earthquake, and not at once be able to say why.
#
# This lesson begins with that sentence. What can be said precisely can be programmed; you will write down numbers that
# tell the four apart, and a detector of earthquakes that is good enough to be liked. Then you will see where writing
# down ends, and meet the words for what comes instead: data, model, loss, and *learning*, which is a claim that can be
# checked.
#
# ## What you will do
#
# 1. **Look**, then **measure** three numbers of a record, and **spot** the seismogram among any four.
# 2. **Detect** earthquakes in ten minutes of ground motion, by hand-made rules, and **score** the detector.
# 3. **Name the parts**: samples, features and labels, the loss, and the best constant, the simplest model of all.
# 4. **Test a claim**: has it learned?
# 5. **Sort** tasks by the kind of learning that suits them, and try the third kind: **reinforcement**, on the knob of
#    your own detector.
#
# ## What you need
#
# About two hours, Python with NumPy, and no machine learning at all. No file: the seismograms are real and come with
# the course's library; the index and the temperature are simulated after real records, unless those are on your
# machine. Fill in the functions where you read `YOUR CODE HERE`, in one to fifteen lines, and run the cell of tests
# below it. After you submit, further tests with other numbers check the same function. The cells with pictures use your
# functions and are yours to change.

# %% readonly="setup"
import matplotlib.pyplot as plt
import numpy as np
from eds_datasets import load_spot_records, simulate_waveforms

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
# colours that readers with any colour vision can tell apart (Okabe & Ito)
BLUE, ORANGE, GREEN, RED, GREY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#777777"
KINDS = ("index", "temperature", "noise", "seismogram")
COLOURS = dict(zip(KINDS, (ORANGE, GREEN, GREY, BLUE)))

spot = load_spot_records(n_sets=60, n_samples=700, seed=6)

# %%
fig, axes = plt.subplots(4, 1, figsize=(9.5, 5), sharex=True, layout="tight")
for number, panel in enumerate(axes):
    panel.plot(spot.values[3, number], color="black", lw=0.6)
    panel.set_yticks([])
    panel.set_ylabel(number, rotation=0, labelpad=12)
axes[-1].set_xlabel("sample")
plt.show()

# %% [markdown]
# **Look before you compute.** Write down your guess for each of 0 to 3 and one reason. The axis counts samples, a
# second, a day or a month, whatever the record was made of, and the scales were taken away: otherwise the units would
# tell. Valentine and Trampert (2012) put this riddle to their readers, to argue that a seismogram has a *character*.
#
# ## 1. Measure the character
#
# ### Does it remember?
#
# Your eye has seen that one of the records is smooth: the next value is close to this one. The **lag-one
# autocorrelation** is the number for it,
#
# $$ \rho_1 = \frac{\sum_{i=1}^{n-1} (x_i - \bar{x})(x_{i+1} - \bar{x})}{\sum_{i=1}^{n} (x_i - \bar{x})^2} , $$
#
# with $\bar{x}$ the mean of the whole record $x$, which has the shape $(n,)$. It is near 1 where the record remembers
# its last value, near 0 where it does not, and negative where it jumps from side to side. It has no unit.
#
# **Write** `lag_one_autocorrelation(record)`.

# %% answer="lag-one-autocorrelation"
def lag_one_autocorrelation(record):
    """Correlation of a record with itself, one sample later.

    Parameters
    ----------
    record : array or list, shape (n,)
        Not constant.

    Returns
    -------
    float
    """
    ### BEGIN SOLUTION
    deviation = np.asarray(record, dtype=float) - np.mean(record)
    return np.sum(deviation[1:] * deviation[:-1]) / np.sum(deviation**2)
    ### END SOLUTION


# %% tests="test-lag-one-autocorrelation" points=6 topics="intro.spot-the-seismogram"
assert np.isclose(lag_one_autocorrelation(np.array([1.0, 2.0, 3.0])), 0.0), (
    f"around their mean, 1, 2, 3 are -1, 0, 1: both products are 0; got {lag_one_autocorrelation(np.array([1.0, 2.0, 3.0]))}"
)
assert np.isclose(lag_one_autocorrelation(np.array([5.0, 1.0, 5.0, 1.0])), -0.75), (
    f"three products of -4 over four squares of 4 give -0.75: got {lag_one_autocorrelation(np.array([5.0, 1.0, 5.0, 1.0]))}"
)
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(15)
_record = np.cumsum(_rng.normal(size=300)) + 40
_kept = _record.copy()
_mean = sum(_record) / 300
_wanted = sum((_record[_i] - _mean) * (_record[_i + 1] - _mean) for _i in range(299)) / sum((_value - _mean) ** 2 for _value in _record)
_memory = lag_one_autocorrelation(_record)
assert np.array_equal(_record, _kept), "lag_one_autocorrelation must not change the record."
assert np.shape(_memory) == (), "The autocorrelation is one number."
assert np.isclose(_memory, _wanted, rtol=1e-6), "Subtract the mean of the whole record, and divide the sum of the products by the sum of all the squares."
assert np.isclose(lag_one_autocorrelation(1000 + 7 * _record), _wanted, rtol=1e-5), "Another unit or a shift of the zero must not change the answer."
assert abs(lag_one_autocorrelation(_rng.normal(size=4000)) ) < 0.06, "A record without memory has an autocorrelation near 0."
assert np.isclose(lag_one_autocorrelation([0, 0, 1, 0]), -5 / 12, atol=1e-9), "A list of whole numbers must work too, and the squares of all samples belong in the denominator."
### END HIDDEN TESTS

# %% [markdown]
# ### Where is its energy?
#
# A record is a sum of oscillations. The **spectral centroid** is the frequency around which their energy lies: with
# $X_k$ the discrete Fourier transform of $x - \bar{x}$ at the frequencies $f_k \ge 0$ (`np.fft.rfft` and
# `np.fft.rfftfreq`),
#
# $$ f_c = \frac{\sum_k f_k |X_k|^2}{\sum_k |X_k|^2} . $$
#
# It is in Hz if the sampling rate is in Hz. Without the mean, the energy at $f = 0$ vanishes; a record with a large
# offset would otherwise have all its energy there.
#
# **Write** `spectral_centroid(record, sampling_rate)`.

# %% answer="spectral-centroid"
def spectral_centroid(record, sampling_rate=1.0):
    """Mean of the frequencies of a record, weighted by their energy.

    Parameters
    ----------
    record : array or list, shape (n,)
        Not constant. Its mean is removed first.
    sampling_rate : float
        Samples per unit of time.

    Returns
    -------
    float
        In cycles per unit of time, from 0 to half of the sampling rate.
    """
    ### BEGIN SOLUTION
    deviation = np.asarray(record, dtype=float) - np.mean(record)
    energy = np.abs(np.fft.rfft(deviation)) ** 2
    frequencies = np.fft.rfftfreq(len(deviation), 1 / sampling_rate)
    return np.sum(frequencies * energy) / np.sum(energy)
    ### END SOLUTION


# %% tests="test-spectral-centroid" points=7 topics="intro.spot-the-seismogram"
_time = np.arange(400) / 100
_centroid = spectral_centroid(3 + np.sin(2 * np.pi * 5 * _time), 100.0)
assert np.isclose(_centroid, 5, atol=1e-6), f"an oscillation of 5 Hz has its energy at 5 Hz: got {_centroid:.3f} (mean removed? sampling rate used?)"
_centroid = spectral_centroid(2 * np.sin(2 * np.pi * 5 * _time) + np.cos(2 * np.pi * 30 * _time), 100.0)
assert np.isclose(_centroid, 10, atol=1e-6), f"four parts of energy at 5 Hz and one at 30 Hz have their centre at 10 Hz: got {_centroid:.3f} (absolute values, and then squared?)"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(4)
for _n in (101, 256):
    _record = _rng.normal(size=_n) + np.cumsum(_rng.normal(size=_n)) + 30
    _kept = _record.copy()
    _steps, _deviation = np.arange(_n), _record - _record.mean()
    _energy = np.array([abs(np.sum(_deviation * np.exp(-2j * np.pi * _k * _steps / _n))) ** 2 for _k in range(_n // 2 + 1)])
    _wanted = np.sum(np.arange(_n // 2 + 1) / _n * _energy) / np.sum(_energy)
    assert np.isclose(spectral_centroid(_record), _wanted, rtol=1e-5), "The centroid is the mean of the frequencies from 0 to half the sampling rate, weighted by the squared absolute values of the transform, the mean removed before."
    assert np.isclose(spectral_centroid(_record, 20.0), 20 * _wanted, rtol=1e-5), "With another sampling rate the centroid changes in proportion."
    assert np.array_equal(_record, _kept), "spectral_centroid must not change the record."
    assert np.shape(spectral_centroid(_record)) == (), "The centroid is one number."
assert np.isclose(spectral_centroid([1, -1, 1, -1], 2), 1.0), "A list of whole numbers must work too: the fastest oscillation has half of the sampling rate."
### END HIDDEN TESTS

# %% [markdown]
# ### Are there surprises?
#
# A record may be quiet for long and shake for a moment. Compared with Gaussian noise it has more values near its mean
# and more far out. The **excess kurtosis** measures it,
#
# $$ \kappa = \frac{\frac{1}{n} \sum_i (x_i - \bar{x})^4}{\left( \frac{1}{n} \sum_i (x_i - \bar{x})^2 \right)^2} - 3 , $$
#
# the 3 being what a Gaussian has, so that $\kappa = 0$ means "no more surprises than chance".
#
# **Write** `excess_kurtosis(record)`.

# %% answer="excess-kurtosis"
def excess_kurtosis(record):
    """Fourth moment in units of the squared second one, minus 3.

    Parameters
    ----------
    record : array or list, shape (n,)
        Not constant.

    Returns
    -------
    float
    """
    ### BEGIN SOLUTION
    deviation = np.asarray(record, dtype=float) - np.mean(record)
    return np.mean(deviation**4) / np.mean(deviation**2) ** 2 - 3
    ### END SOLUTION


# %% tests="test-excess-kurtosis" points=6 topics="intro.spot-the-seismogram"
_kurtosis = excess_kurtosis(np.array([-1.0, 1.0, -1.0, 1.0]))
assert np.isclose(_kurtosis, -2), f"all squares are 1, so the ratio is 1 and the excess -2: got {_kurtosis}"
_kurtosis = excess_kurtosis(np.array([10.0, 10.0, 10.0, 10.0, 15.0]))
assert np.isclose(_kurtosis, 0.25), f"around the mean 11 the values are -1 (four times) and 4: 52 / 16 - 3 = 0.25; got {_kurtosis}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(27)
_record = _rng.standard_t(6, size=500) * 3 - 20
_kept = _record.copy()
_mean = sum(_record) / 500
_wanted = (sum((_v - _mean) ** 4 for _v in _record) / 500) / (sum((_v - _mean) ** 2 for _v in _record) / 500) ** 2 - 3
_excess = excess_kurtosis(_record)
assert np.array_equal(_record, _kept), "excess_kurtosis must not change the record."
assert np.shape(_excess) == (), "The excess kurtosis is one number."
assert np.isclose(_excess, _wanted, rtol=1e-5), "Divide the mean fourth power of the deviations by the square of the mean second power, and subtract 3."
assert np.isclose(excess_kurtosis(5 - 0.1 * _record), _wanted, rtol=1e-4), "Another unit, sign or zero must not change the answer."
assert abs(excess_kurtosis(_rng.normal(size=40000))) < 0.15, "Gaussian noise has an excess kurtosis near 0."
assert np.isclose(excess_kurtosis([0, 0, 0, 0, 0, 0, 1]), (6 * (1 / 7) ** 4 + (6 / 7) ** 4) / 7 / ((6 * (1 / 7) ** 2 + (6 / 7) ** 2) / 7) ** 2 - 3), "A list of whole numbers must work too."
### END HIDDEN TESTS

# %%
measures = (
    (lag_one_autocorrelation, "lag-one autocorrelation"), (spectral_centroid, "spectral centroid (cycles per sample)"),
    (excess_kurtosis, "excess kurtosis"),
)
measured = [[[measure(r) for r in spot.values[spot.kind == kind]] for kind in KINDS] for measure, _ in measures]

fig, panels = plt.subplots(1, 3, figsize=(9.8, 3.2), sharey=True, layout="tight")
spread = np.random.default_rng(0).uniform(-0.25, 0.25, len(spot))
for panel, (_, title), table in zip(panels, measures, measured):
    for height, (kind, values) in enumerate(zip(KINDS, table)):
        panel.plot(values, height + spread, "o", ms=3.5, alpha=0.6, color=COLOURS[kind], mew=0)
    panel.set(xlabel=title)
panels[2].set_xscale("symlog")
panels[2].set_xticks([-1, 0, 1, 10], ["-1", "0", "1", "10"])
panels[0].set_yticks(range(4), KINDS)
plt.show()

# %% [markdown]
# **Read the picture.** Sixty records of each kind, three numbers of each record. (The seismograms are windows of a
# handful of earthquakes, hence the columns of dots; beyond 1 the axis of the kurtosis is logarithmic.) Which of the
# three tell the seismogram from all the others, and which tells the share index from noise? Is there one that does
# everything?
#
# ### Spot it
#
# Now write the rule. You may use your three functions in any way you like, or find another. The records are in no
# particular order, and their units and zeros may be anything.
#
# **Write** `spot_the_seismogram(records)`: given four records, say which is the seismogram. It need not be always right;
# nineteen times in twenty will do.

# %% answer="spot-the-seismogram"
def spot_the_seismogram(records):
    """Say which of some records is the seismogram.

    Parameters
    ----------
    records : array, shape (4, n)
        A share index (daily changes), temperature (monthly anomalies), Gaussian noise and a seismogram, in any order
        and any units.

    Returns
    -------
    int
        The row of the seismogram.
    """
    ### BEGIN SOLUTION
    return int(np.argmax([lag_one_autocorrelation(record) for record in records]))
    ### END SOLUTION


# %% tests="test-spot-the-seismogram" points=8 topics="intro.spot-the-seismogram intro.target-tasks"
assert spot_the_seismogram(spot.values[0]) in (0, 1, 2, 3), f"return a row, 0 to 3: got {spot_the_seismogram(spot.values[0])}"
_right = np.mean([_set[spot_the_seismogram(_records)] == "seismogram" for _records, _set in zip(spot.values, spot.kind)])
assert _right >= 0.95, f"19 of 20 sets should be spotted: got {_right:.0%}"
_row = spot_the_seismogram(spot.values[0] * np.array([[1e6], [1e-3], [40.0], [1.0]]) + 5)
assert spot.kind[0, _row] == "seismogram", "other units must not change the answer"
### BEGIN HIDDEN TESTS
_sets = load_spot_records(n_sets=50, n_samples=600, seed=91)
_units = np.random.default_rng(17)
_found, _rows = 0, set()
for _records, _kinds in zip(_sets.values, _sets.kind):
    _order = _units.permutation(4)
    _scaled = _records[_order] * 10.0 ** _units.uniform(-4, 4, (4, 1)) + _units.normal(0, 100, (4, 1))
    _before = _scaled.copy()
    _row = spot_the_seismogram(_scaled)
    assert np.array_equal(_scaled, _before), "spot_the_seismogram must not change the records."
    assert 0 <= _row <= 3, "Return the row, 0 to 3."
    _found += _kinds[_order][_row] == "seismogram"
    _rows.add(int(_row))
assert len(_rows) == 4, "The seismogram is not always in the same row: look at the records."
assert _found >= 45, "In other sets the seismogram is spotted too rarely: the rule must not depend on units, on the zero, or on the order of the records."
_long = load_spot_records(n_sets=20, n_samples=1024, seed=5)
assert np.mean([_set[spot_the_seismogram(_records)] == "seismogram" for _records, _set in zip(_long.values, _long.kind)]) >= 0.9, "Longer records must be spotted too."
### END HIDDEN TESTS

# %%
row = spot_the_seismogram(spot.values[3])
fig, axes = plt.subplots(4, 1, figsize=(9.5, 5), sharex=True, layout="tight")
for number, panel in enumerate(axes):
    kind = spot.kind[3, number]
    panel.plot(spot.values[3, number], color=COLOURS[kind], lw=0.7)
    panel.set_yticks([])
    panel.set_title(kind + ("  (spotted)" if number == row else ""), loc="left", fontsize=10, color=COLOURS[kind], pad=2)
axes[-1].set_xlabel("sample")
plt.show()

# %% [markdown]
# **Compare with your guess.** The rule needs one line, and you could write it because you could *say* it: the
# seismogram is the smooth one. It spots seismograms among these three rivals. Show it a tide gauge, and it will call the
# tide a seismogram, with no doubt at all. It knows one sentence.
#
# ## 2. Detect, by rules
#
# Here is a harder task, and the oldest one of automatic seismology: *when* is there an earthquake? The signal of an
# earthquake is loud compared with what was there a moment ago. So compare the mean power of a short window, the **STA**
# (short-term average), with that of a long one, the **LTA**, both ending at the present sample $i$:
#
# $$ R_i = \frac{\mathrm{STA}_i}{\mathrm{LTA}_i} = \frac{\frac{1}{n_s} \sum_{j = i - n_s + 1}^{i} x_j^2}
#                                                     {\frac{1}{n_l} \sum_{j = i - n_l + 1}^{i} x_j^2} . $$
#
# The detector looks into the past only, so that it can work while the ground moves. As long as fewer than $n_l$ samples
# have arrived, $R_i = 0$: nothing is known yet.
#
# **Write** `sta_lta(trace, n_sta, n_lta)`. The sums over windows are differences of one cumulative sum,
# `np.cumsum(trace**2)` with a 0 put in front of it; a loop is right too, and slow.

# %% answer="sta-lta"
def sta_lta(trace, n_sta, n_lta):
    """Mean power of the last n_sta samples over that of the last n_lta samples.

    Parameters
    ----------
    trace : array, shape (n,)
        Ground motion around zero, not zero for as long as n_lta samples; at least n_lta samples.
    n_sta, n_lta : int
        Lengths of the windows in samples, n_sta < n_lta.

    Returns
    -------
    array, shape (n,)
        0 at the first n_lta - 1 samples.
    """
    ### BEGIN SOLUTION
    power = np.concatenate([[0.0], np.cumsum(np.asarray(trace, dtype=float) ** 2)])
    ends = np.arange(n_lta, len(power))
    short = (power[ends] - power[ends - n_sta]) / n_sta
    long = (power[ends] - power[ends - n_lta]) / n_lta
    ratio = np.zeros(len(power) - 1)
    ratio[n_lta - 1 :] = short / long
    return ratio
    ### END SOLUTION


# %% tests="test-sta-lta" points=10 topics="intro.event-detection"
_ratio = sta_lta(np.array([1.0, -1.0, 1.0, -1.0, 3.0, 1.0]), 2, 4)
assert np.shape(_ratio) == (6,), f"one number for each sample, shape (6,): got {np.shape(_ratio)}"
assert np.allclose(_ratio[:3], 0), f"before four samples have arrived the ratio is 0: got {_ratio[:3]}"
assert np.isclose(_ratio[3], 1), f"four samples of power 1: the ratio is 1 at the first full window, position 3; got {_ratio[3]}"
assert np.isclose(_ratio[4], 5 / 3), f"(1 + 9) / 2 over (1 + 1 + 1 + 9) / 4 is 1.667: got {_ratio[4]:.3f} (squares? windows that end at this sample?)"
assert np.isclose(_ratio[5], 5 / 3), f"(9 + 1) / 2 over (1 + 1 + 9 + 1) / 4 is 1.667: got {_ratio[5]:.3f}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(44)
_trace = _rng.normal(size=220)
_trace[120:160] *= 9
_kept = _trace.copy()
_wanted = np.zeros(220)
for _i in range(39, 220):
    _wanted[_i] = np.mean(_trace[_i - 6 : _i + 1] ** 2) / np.mean(_trace[_i - 39 : _i + 1] ** 2)
_ratio = np.asarray(sta_lta(_trace, 7, 40))
assert np.array_equal(_trace, _kept), "sta_lta must not change the trace."
assert np.shape(_ratio) == (220,), "The ratio has one number for each sample of the trace."
assert np.allclose(_ratio[:39], 0), "Before n_lta samples have arrived the ratio is 0."
assert _ratio[39] > 0, "With the n_lta-th sample, position n_lta - 1, the ratio begins."
assert np.allclose(_ratio[39:], _wanted[39:], rtol=1e-6), "Both windows end at the present sample and the mean of the squares is taken in each: nothing of the future may be used."
assert np.allclose(sta_lta(-100 * _trace, 7, 40), _wanted, rtol=1e-6), "Another unit or polarity must not change the ratio."
assert np.allclose(sta_lta(np.array([2, 2, 2, 4]), 1, 3), [0, 0, 1, 2]), "Whole numbers must work too, and the shortest window is one sample."
### END HIDDEN TESTS

# %% [markdown]
# A detector needs a decision. A **trigger** goes *on* when the ratio reaches a threshold, and stays on until the ratio
# has fallen *below* a second, lower one. Why two? With one, a ratio that trembles around the threshold would ring the
# bell ten times for one earthquake.
#
# **Write** `trigger_onsets(ratio, on, off)`: the positions at which the trigger goes on.

# %% answer="trigger-onsets"
def trigger_onsets(ratio, on, off):
    """Find where a trigger goes on.

    Parameters
    ----------
    ratio : array or list, shape (n,)
    on, off : float
        The trigger goes on at the first value of at least `on`, and off at the next value below `off`; then it may go
        on again. ``off <= on``.

    Returns
    -------
    array of int
        Positions, increasing.
    """
    ### BEGIN SOLUTION
    onsets, is_on = [], False
    for position, value in enumerate(ratio):
        if not is_on and value >= on:
            onsets.append(position)
            is_on = True
        # audit: equivalent [condition] because a trigger that is off stays off
        elif is_on and value < off:
            is_on = False
    return np.array(onsets, dtype=int)
    ### END SOLUTION


# %% tests="test-trigger-onsets" points=8 topics="intro.event-detection"
_onsets = trigger_onsets(np.array([0.0, 1, 4, 1.5, 5, 1, 0, 6, 7, 0]), 4, 1.5)
assert list(_onsets) == [2, 7], (
    f"on at position 2 (4 reaches 4), still on at 4 (1.5 is not below 1.5), off at 5, on again at 7: [2, 7]; got {[int(_i) for _i in _onsets]}"
)
assert len(trigger_onsets(np.zeros(5), 3, 1)) == 0, "where nothing happens there is no onset"
### BEGIN HIDDEN TESTS
_ratio = np.array([5.0, 6.0, 2.0, 3.1, 2.0, 1.99, 3.0, 1.0, 2.5, 2.9, 3.0, 3.0, 2.0, 8.0, 0.0, 4.0])
_kept = _ratio.copy()
_onsets = list(trigger_onsets(_ratio, 3.0, 2.0))
assert np.array_equal(_ratio, _kept), "trigger_onsets must not change the ratio."
assert _onsets and _onsets[0] == 0, "The trigger can go on at the first value."
assert 3 not in _onsets, "A trigger that is on stays on until the ratio is below the second threshold: equal to it is not below."
assert 6 in _onsets and 10 in _onsets, "A value equal to the first threshold turns the trigger on."
assert 13 not in _onsets, "A trigger that is on cannot go on again before it went off."
assert _onsets == [0, 6, 10, 15], "Report each position at which the trigger goes on, and no other."
assert list(trigger_onsets([1, 9, 1, 9, 1], 5, 5)) == [1, 3], "With equal thresholds each rise is an onset. Lists must work too."
assert list(trigger_onsets(np.full(6, 7.0), 5, 1)) == [0], "A trigger that never goes off has one onset."
### END HIDDEN TESTS

# %% [markdown]
# Ten minutes of ground motion follow. Seven earthquakes were put into the noise of a station, so that the truth is
# known: some large, some small, one in the tail of another. Two things were added that are no earthquakes: a tremor that
# swells and fades, and a single spike of the electronics.

# %% readonly="ground-motion"
RATE = 100  # samples per second
_noise = simulate_waveforms(1, seed=5, n_samples=60000, shares={"noise": 1.0}, n_stations=1).waveforms[0, 2]
_events = simulate_waveforms(8, seed=11, n_samples=6000, p_time=10.0, n_stations=1)
_level = _noise.std()
trace = _noise.astype(float)
catalogue = np.array([60.0, 130.0, 205.0, 262.0, 270.5, 400.0, 520.0])  # s, the P onsets
for _record, _peak, _onset in zip(_events.waveforms[:, 2], (40, 14, 8, 120, 10, 3, 25), catalogue):
    _signal = _record[1000:5000] * np.linspace(1, 0, 4000)
    _start = int(_onset * RATE)
    trace[_start : _start + 4000] += _signal / np.abs(_signal).max() * _peak * _level
_seconds = np.arange(trace.size) / RATE
trace += 3.0 * _level * np.exp(-(((_seconds - 340) / 14) ** 2)) * np.random.default_rng(2).normal(size=trace.size)
trace[46500:46504] += np.array([30, -45, 25, -8]) * _level
trace = trace / _level

# %%
ratio = sta_lta(trace, RATE // 2, 20 * RATE)
picks = np.asarray(trigger_onsets(ratio, 4.0, 1.5)) / RATE
heights = np.where(np.diff(picks, prepend=-np.inf) < 5, 37, 42)  # soon after another: lower, or the two would look like one
fig, (top, bottom) = plt.subplots(2, 1, figsize=(9.8, 4.6), sharex=True, layout="tight")
seconds = np.arange(trace.size) / RATE
top.plot(seconds, trace, color="black", lw=0.3)
top.set(ylim=(-30, 30), ylabel="ground velocity\n(noise levels)")
top.plot(catalogue, np.full(len(catalogue), 27), "v", color=BLUE, ms=8, label="earthquake")
top.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.24, -0.05), fontsize=9)
bottom.plot(seconds, ratio, color=GREY, lw=0.9)
bottom.axhline(4.0, color=ORANGE, lw=1, ls="--")
bottom.plot(picks, heights, "|", color=RED, ms=12, mew=1.5, label="onset of the trigger")
bottom.set(xlabel="time (s)", ylabel="STA / LTA", ylim=(0, 46), xlim=(0, seconds[-1]))
bottom.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.22, 0.85), fontsize=9)
plt.show()

# %% [markdown]
# **Read the picture.** Which earthquakes were found? Two were not: which of them is too small, and what had happened
# seconds before the other? Why do some earthquakes have two red strokes? (The second is drawn lower. The S wave comes
# when the P wave has faded and the trigger is off again.) What did the trigger say to the tremor, which is as loud as
# an earthquake, and to the spike, which lasts four hundredths of a second?
#
# ### Score it
#
# The third earthquake rang the bell only with its S wave, 1.7 s after the catalogued P. Was it detected? To compare
# detectors we need numbers. A pick (an onset of the trigger) and a catalogued event can be **matched** if they are at
# most a tolerance apart, 2 s in the picture below. Each pick may be matched with one event, and each event with one
# pick: two picks of the same earthquake are one hit and one false alarm. When there is a choice, the **closest pair
# goes first**, then the closest of what is left, and so on (no two pairs will be equally close). A matched event is a
# *hit*, an unmatched one a *miss*, an unmatched pick a *false alarm*.
#
# **Write** `match_picks(picks, catalogue, tolerance)`.

# %% answer="match-picks"
def match_picks(picks, catalogue, tolerance):
    """Count hits, misses and false alarms.

    Parameters
    ----------
    picks : array or list, shape (n_picks,)
        Times of the detector, s, in any order.
    catalogue : array or list, shape (n_events,)
        True times, s, in any order.
    tolerance : float
        The largest difference of a match, itself included, s.

    Returns
    -------
    hits, misses, false_alarms : int
    """
    ### BEGIN SOLUTION
    pairs = []
    for i, pick in enumerate(picks):  # audit: equivalent [off by one] because numbers only tell picks apart
        for j, event in enumerate(catalogue):  # audit: equivalent [off by one] because numbers only tell events apart
            pairs.append((abs(pick - event), i, j))
    pairs.sort()
    used_picks, used_events = set(), set()
    for distance, i, j in pairs:
        if distance <= tolerance and i not in used_picks and j not in used_events:
            used_picks.add(i)
            used_events.add(j)
    hits = len(used_events)
    return hits, len(catalogue) - hits, len(picks) - hits
    ### END SOLUTION


# %% tests="test-match-picks" points=9 topics="intro.event-detection"
assert tuple(match_picks([10.1, 20.0, 55.0], [10.0, 20.5, 40.0], 0.5)) == (2, 1, 1), (
    f"10.1 and 20.0 (just the tolerance away, which is near enough) are hits, 40.0 is missed, 55.0 is a false alarm: (2, 1, 1); got {match_picks([10.1, 20.0, 55.0], [10.0, 20.5, 40.0], 0.5)}"
)
assert tuple(match_picks([10.0, 10.3], [10.1], 0.5)) == (1, 0, 1), (
    f"two picks of one event are one hit and one false alarm: got {match_picks([10.0, 10.3], [10.1], 0.5)}"
)
assert tuple(match_picks([4.0, 4.9], [5.0, 5.8], 1.0)) == (1, 1, 1), (
    f"4.9 and 5.0 are the closest and go first, which leaves 4.0 and 5.8, too far apart: (1, 1, 1); got {match_picks([4.0, 4.9], [5.0, 5.8], 1.0)}"
)
assert tuple(match_picks([], [10.1], 0.5)) == (0, 1, 0), "without a pick every event is missed"
### BEGIN HIDDEN TESTS
assert tuple(match_picks([1.0, 1.2], [], 1.0)) == (0, 0, 2), "Where nothing happened every pick is a false alarm."
assert tuple(match_picks([5.25], [5.0, 5.5], 0.25)) == (1, 1, 0), "One pick can be the hit of one event only, and a difference equal to the tolerance counts."
assert tuple(match_picks([2.0, 2.6], [2.5, 3.1], 0.55)) == (1, 1, 1), "The closest pair goes first: 2.6 with 2.5, and then nothing is left within the tolerance."
assert tuple(match_picks([10.1], [10.0], 0.5)) == (1, 0, 0), "A single pick of a single event is a hit."
assert tuple(match_picks([3.0, 1.0, 2.0], [2.1, 0.9, 3.2], 0.3)) == (3, 0, 0), "The times may come in any order."
assert tuple(match_picks(np.array([9.5, 20.7]), np.array([10.0, 20.0]), 0.6)) == (1, 1, 1), "A pick before the event counts as one after it, and one too far away does not count."
_rng = np.random.default_rng(18)
for _ in range(20):
    _picks, _truth = np.round(_rng.uniform(0, 30, 9), 3), np.round(_rng.uniform(0, 30, 7), 3)
    _gaps = np.abs(_picks[:, None] - _truth[None, :])
    _hits = 0
    while _gaps.size and _gaps.min() <= 2.0:
        _i, _j = np.unravel_index(np.argmin(_gaps), _gaps.shape)
        _gaps = np.delete(np.delete(_gaps, _i, 0), _j, 1)
        _hits += 1
    _given = _picks.copy(), _truth.copy()
    assert tuple(match_picks(_picks, _truth, 2.0)) == (_hits, 7 - _hits, 9 - _hits), "Match the closest pair first, then the closest of what is left, each pick and each event once."
    assert np.array_equal(_picks, _given[0]) and np.array_equal(_truth, _given[1]), "match_picks must not change the times that it is given."
### END HIDDEN TESTS

# %%
thresholds = np.geomspace(1.6, 24, 30)
ratio = sta_lta(trace, RATE // 2, 20 * RATE)
scores = np.array([match_picks(np.asarray(trigger_onsets(ratio, on, 1.5)) / RATE, catalogue, 2.0) for on in thresholds])
fig, ax = plt.subplots(figsize=(7.8, 3.4), layout="tight")
ax.plot(thresholds, scores[:, 0], "o-", color=BLUE, label="hits")
ax.plot(thresholds, scores[:, 2], "s-", color=RED, label="false alarms")
ax.axhline(len(catalogue), color=GREY, lw=1, ls="--")
ax.text(thresholds[-1], len(catalogue) - 0.25, "all earthquakes", color=GREY, va="top", ha="right")
ax.set(xscale="log", xlabel="threshold of the trigger", ylabel="number", ylim=(-0.4, 18), title="(below 2 the false alarms leave the picture)")
ax.set_xticks([2, 3, 5, 10, 20], ["2", "3", "5", "10", "20"])
ax.set_yticks(range(0, 19, 3))
ax.minorticks_off()
ax.legend(frameon=False)
plt.show()

# %% [markdown]
# **Read the picture.** Is there a threshold with all the hits and no false alarm? Of the four false alarms at a
# threshold of 5, how many are the S waves of earthquakes that were found? The detector is liked by observatories for
# good reasons: it is fast, it never needs training, and one can say what it does. But there is an earthquake that it
# hears for no threshold at all, in the tail of a larger one, and a spike that it takes for an earthquake at every one
# that is drawn. It knows one sentence: *louder than a moment ago*. An analyst sees that the spike has no coda and that
# the tail contains a second P wave. She cannot tell you the rule. She learned it from examples.
#
# These are the tasks for **machine learning**: those that are *too much work* (a year of records), that nobody can
# *program* (a P wave in a coda), that are hard even to *describe* (that looks like a tremor), and the *exploration* of
# data that nobody has seen (the ground of Mars).
#
# ## 3. Name the parts
#
# To learn from examples we need words. A **data set** is a collection of $N$ **samples** with their **labels**,
#
# $$ \mathcal{D} = \{ (\mathbf{x}_i, \mathbf{y}_i) \}_{i=1}^{N} , \qquad
#    \mathbf{x}_i \in \mathbb{X} = \mathbb{R}^F , \quad \mathbf{y}_i \in \mathbb{Y} = \mathbb{R}^T , $$
#
# with $F$ **features** in each sample and $T$ **targets** in each label. In the computer both are arrays with the
# samples along the first axis. One feature or one target is often written without its axis, shape $(N,)$: then $F$ or
# $T$ is 1. And a sample can have a shape of its own: an image of height $H$, width $W$ and $C$ channels has
# $F = H \cdot W \cdot C$.
#
# **Write** `dataset_shape(x, y)`. Samples and labels that are not equally many are no data set: raise a `ValueError`.

# %% answer="dataset-shape"
def dataset_shape(x, y):
    """Size of a data set.

    Parameters
    ----------
    x : array or nested list, shape (N, ...) or (N,)
        Samples.
    y : array or nested list, shape (N, ...) or (N,)
        Labels.

    Returns
    -------
    N, F, T : int
        Samples, features in each, targets in each.

    Raises
    ------
    ValueError
        x and y differ in the number of samples.
    """
    ### BEGIN SOLUTION
    x, y = np.asarray(x), np.asarray(y)
    if len(x) != len(y):
        raise ValueError(f"{len(x)} samples and {len(y)} labels")
    return len(x), int(np.prod(x.shape[1:])), int(np.prod(y.shape[1:]))
    ### END SOLUTION


# %% tests="test-dataset-shape" points=6 topics="def.dataset def.notation"
assert tuple(dataset_shape(np.zeros((100, 4)), np.zeros((100, 2)))) == (100, 4, 2), f"100 samples of 4 features with 2 targets: got {dataset_shape(np.zeros((100, 4)), np.zeros((100, 2)))}"
assert tuple(dataset_shape(np.zeros(7), np.zeros(7))) == (7, 1, 1), f"without an axis of their own, one feature and one target: got {dataset_shape(np.zeros(7), np.zeros(7))}"
assert tuple(dataset_shape(np.zeros((10, 2, 5, 3)), np.zeros(10))) == (10, 30, 1), f"10 images of 2 x 5 pixels in 3 colours have 30 features each: got {dataset_shape(np.zeros((10, 2, 5, 3)), np.zeros(10))}"
_refused = False
try:
    dataset_shape(np.zeros((5, 2)), np.zeros(6))
except ValueError:
    _refused = True
assert _refused, "5 samples and 6 labels are no data set: raise a ValueError"
### BEGIN HIDDEN TESTS
assert tuple(dataset_shape(np.zeros((12, 28, 20, 3)), np.zeros(12))) == (12, 28 * 20 * 3, 1), "An image of H x W x C has that many features, multiplied."
assert tuple(dataset_shape(np.zeros((9, 3000, 3)), np.zeros((9, 3000, 3)))) == (9, 9000, 9000), "A label can have a shape of its own as well."
assert tuple(dataset_shape([[1, 2], [3, 4], [5, 6]], [0, 1, 0])) == (3, 2, 1), "Lists must work too."
_x, _y = np.arange(6.0).reshape(3, 2), np.arange(3.0)
dataset_shape(_x, _y)
assert np.array_equal(_x, [[0, 1], [2, 3], [4, 5]]) and np.array_equal(_y, [0, 1, 2]), "dataset_shape must not change the data."
assert tuple(dataset_shape(np.zeros((8, 1)), np.zeros((8, 5)))) == (8, 1, 5), "The order of the answer is N, F, T."
_refused = False
try:
    dataset_shape(np.zeros((4, 6)), np.zeros((6, 4)))
except ValueError:
    _refused = True
assert _refused, "Samples lie along the first axis of both: 4 samples and 6 labels must raise a ValueError."
### END HIDDEN TESTS

# %% [markdown]
# Many models want each sample as one row of numbers. For images of shape $(N, H, W, C)$ or $(N, H, W)$ that means
# laying the rows of an image one behind the other. Every image must be laid out in the same order, or feature 17 means
# something else in each.
#
# **Write** `flatten_images(images)`.

# %% answer="flatten-images"
def flatten_images(images):
    """Lay each image out as one row of features.

    Parameters
    ----------
    images : array or nested list, shape (N, H, W, C) or (N, H, W)

    Returns
    -------
    array, shape (N, F)
        F = H * W * C; row by row, within a row pixel by pixel, within a pixel channel by channel.
    """
    ### BEGIN SOLUTION
    images = np.asarray(images)
    # audit: equivalent [off by one] because NumPy takes any negative length for the one to be found
    return images.reshape(len(images), -1)
    ### END SOLUTION


# %% tests="test-flatten-images" points=5 topics="def.notation"
_rows = flatten_images(np.arange(12).reshape(2, 3, 2))
assert np.shape(_rows) == (2, 6), f"two images of 3 x 2 pixels give two rows of 6: got {np.shape(_rows)}"
assert np.array_equal(_rows[1], [6, 7, 8, 9, 10, 11]), f"the second image has the pixels 6 to 11, row by row: got {_rows[1]}"
### BEGIN HIDDEN TESTS
_images = np.random.default_rng(1).random((4, 5, 3, 2))
_kept = _images.copy()
_rows = np.asarray(flatten_images(_images))
assert np.shape(_rows) == (4, 30), "One row for each image, with all of its pixels and channels."
assert all(_rows[_i, (_r * 3 + _c) * 2 + _k] == _images[_i, _r, _c, _k] for _i in range(4) for _r in range(5) for _c in range(3) for _k in range(2)), "Lay out row by row, within a row pixel by pixel, within a pixel channel by channel."
assert np.array_equal(_images, _kept), "flatten_images must not change the images."
assert np.shape(flatten_images([[[1, 2], [3, 4]]])) == (1, 4), "A list with a single image must work too."
### END HIDDEN TESTS

# %% [markdown]
# ### The best constant
#
# A **model** $f_\theta$ maps a sample to a prediction $\hat{\mathbf{y}}$, with parameters $\theta$. A **loss** says how
# bad the predictions are. **Learning** is
#
# $$ \theta^* = \arg\min_\theta \mathcal{L}\bigl(f_\theta(\mathbf{x}), \mathbf{y}\bigr) . $$
#
# The smallest model has one parameter and no feature: it predicts the same constant $c$ for everybody. Any model that
# does not beat it has learned nothing from the features. Which constant is best depends on what you call bad:
#
# - the **mean squared error**, $\displaystyle \mathrm{MSE} = \frac{1}{N} \sum_i (\hat{y}_i - y_i)^2$, is least at the
#   *mean* of the labels;
# - the **mean absolute error**, $\displaystyle \frac{1}{N} \sum_i |\hat{y}_i - y_i|$, is least at their *median*.
#
# **Write** `mse(predicted, target)`, and `best_constant(target, loss)` for `loss="squared"` and `loss="absolute"`. Any
# other word deserves a `ValueError`.

# %% answer="best-constant"
def mse(predicted, target):
    """Mean squared error, one number.

    Parameters
    ----------
    predicted : array, shape (N,), or float
        One number stands for the same prediction everywhere.
    target : array, shape (N,)
    """
    ### BEGIN SOLUTION
    return np.mean((np.asarray(predicted, dtype=float) - np.asarray(target, dtype=float)) ** 2)
    ### END SOLUTION


def best_constant(target, loss="squared"):
    """Find the constant prediction with the least loss.

    Parameters
    ----------
    target : array or list, shape (N,)
    loss : {"squared", "absolute"}

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Another loss.
    """
    ### BEGIN SOLUTION
    if loss == "squared":
        return float(np.mean(target))
    if loss == "absolute":
        return float(np.median(target))
    raise ValueError(f"loss {loss!r}: expected 'squared' or 'absolute'")
    ### END SOLUTION


# %% tests="test-best-constant" points=7 topics="def.loss def.argmin def.model"
_two = np.array([1.0, 5.0])
assert np.isclose(mse(np.array([1.0, 2.0]), _two), 4.5), f"squared errors of 0 and 9, 4.5 on average: got {mse(np.array([1.0, 2.0]), _two)}"
assert np.isclose(mse(2.0, _two), 5.0), f"the constant 2 has squared errors of 1 and 9, 5 on average: got {mse(2.0, _two)}"
assert np.isclose(best_constant([1.0, 2.0, 9.0]), 4.0), f"the mean of 1, 2 and 9 is 4: got {best_constant([1.0, 2.0, 9.0])}"
assert np.isclose(best_constant([1.0, 2.0, 9.0], "absolute"), 2.0), f"the median of 1, 2 and 9 is 2: got {best_constant([1.0, 2.0, 9.0], 'absolute')}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(22)
_target = _rng.lognormal(1.0, 1.0, 41)
_predicted = _target + _rng.normal(0, 2, 41)
assert np.isclose(mse(_predicted, _target), sum((_predicted[_i] - _target[_i]) ** 2 for _i in range(41)) / 41, rtol=1e-5), "The MSE is the mean of the squared differences, without a root."
assert np.shape(mse(_predicted, _target)) == (), "The MSE is one number."
_grid = np.linspace(0, 20, 4001)
_squared = _grid[np.argmin([np.sum((_c - _target) ** 2) for _c in _grid])]
_absolute = _grid[np.argmin([np.sum(np.abs(_c - _target)) for _c in _grid])]
assert abs(best_constant(_target, "squared") - _squared) < 0.01, "For the squared loss the best constant is the mean."
assert abs(best_constant(_target, "absolute") - _absolute) < 0.01, "For the absolute loss the best constant is the median."
assert np.isclose(best_constant(np.array([3, 4, 4, 5, 100]), "absolute"), 4), "A single large label must not move the best constant of the absolute loss."
assert np.shape(best_constant(_target, "squared")) == () and np.shape(best_constant(_target, "absolute")) == (), "The best constant is one number."
assert np.isclose(best_constant(_target), _target.mean()), "Without a loss given, the squared one is meant."
_refused = False
try:
    best_constant(_target, "cubic")
except ValueError:
    _refused = True
assert _refused, "A loss that is neither 'squared' nor 'absolute' must raise a ValueError."
### END HIDDEN TESTS

# %%
delays = simulate_waveforms(150, seed=8, n_samples=3000)
s_minus_p = delays.s_time - delays.p_time
constants = np.linspace(0, 9, 181)
best = {loss: best_constant(s_minus_p, loss) for loss in ("squared", "absolute")}

fig, (left, right) = plt.subplots(1, 2, figsize=(9.8, 3.3), layout="tight")
left.hist(s_minus_p, 30, color=GREY, alpha=0.6)
for loss, colour in (("squared", BLUE), ("absolute", ORANGE)):
    errors = np.abs(constants[:, None] - s_minus_p)
    curve = np.mean(errors**2 if loss == "squared" else errors, axis=1)
    left.axvline(best[loss], color=colour, lw=2.5, label=f"best constant, {loss} loss")
    right.plot(constants, curve / curve.min(), color=colour, lw=2, label=f"{loss} loss")
    right.plot(best[loss], 1, "o", color=colour, ms=8)
left.set(xlabel="S minus P time (s)", ylabel="earthquakes")
left.legend(frameon=False)
right.set(xlabel="constant prediction (s)", ylabel="loss (least = 1)", ylim=(0.8, 5))
right.legend(frameon=False)
plt.show()

# %% [markdown]
# **Read the picture.** Both constants are right answers, to different questions. Which one is pulled by the few distant
# earthquakes on the right? If your alarm costs the square of its error, which one do you announce?
#
# ## 4. Has it learned?
#
# The formula above says what is looked for, and not whether looking has helped. A meaning of *learning* that can be
# checked comes from Tom Mitchell (1997): an algorithm learns from **experience**, at a **task**, by a measure of
# **performance**, if its performance at the task improves with experience. All three must be named before the claim can
# be checked.
#
# Performance is noisy, so we repeat: for each amount of experience, several runs on other examples. Let $\bar{p}_1$ and
# $\bar{p}_m$ be the mean performances at the least and at the most experience, $s$ their standard deviations over the
# $R$ repetitions (with $1 / (R - 1)$). We say that it has learned if the improvement is larger than twice its standard
# error,
#
# $$ \bar{p}_m - \bar{p}_1 \; > \; 2 \sqrt{\frac{s_1^2 + s_m^2}{R}} . $$
#
# **Write** `has_learned(performance)`, where larger performance is better.

# %% answer="has-learned"
def has_learned(performance):
    """Tell whether performance improves with experience, by more than chance would explain.

    Parameters
    ----------
    performance : array or list of lists, shape (n_levels, n_repetitions)
        A row for each amount of experience, increasing; larger is better. At least two of each.

    Returns
    -------
    bool
    """
    ### BEGIN SOLUTION
    performance = np.asarray(performance, dtype=float)
    first, last = performance[0], performance[-1]
    error = np.sqrt((first.var(ddof=1) + last.var(ddof=1)) / performance.shape[1])
    return bool(last.mean() - first.mean() > 2 * error)
    ### END SOLUTION


# %% tests="test-has-learned" points=6 topics="def.learning"
assert has_learned([[0.5, 0.6, 0.4], [0.6, 0.5, 0.7], [0.7, 0.6, 0.7]]), "it is 0.167 better, and twice the standard error is 0.133 (divided by R?): it has learned"
assert not has_learned([[0.9, 0.95, 0.92], [0.93, 0.9, 0.94], [0.92, 0.93, 0.91]]), "always good and never better: it has not learned"
assert not has_learned([[0.2, 0.9, 0.5], [0.9, 0.6, 0.8]]), "it is 0.233 better, but twice the standard error is 0.442: this can be chance"
### BEGIN HIDDEN TESTS
assert not has_learned([[0.9, 0.91, 0.9], [0.5, 0.52, 0.51]]), "A performance that falls with experience is no learning."
assert has_learned([[0.50, 0.52, 0.48, 0.51], [0.2, 0.1, 0.3, 0.2], [0.60, 0.58, 0.61, 0.59]]), "Compare the most experience with the least, whatever lies between."
_low, _high = np.array([0.0, 2.0, 4.0, 6.0]), np.array([1.0, 3.0, 5.0, 7.0])
_needed = 2 * np.sqrt((np.var(_low, ddof=1) + np.var(_high, ddof=1)) / 4)
assert has_learned([_low, _high - 1 + 1.02 * _needed]), "An improvement just above twice its standard error is learning: divide the variances by the number of repetitions."
assert not has_learned([_low, _high - 1 + 0.97 * _needed]), "An improvement just below twice its standard error may be chance: use 1 / (R - 1) in the standard deviations."
_uneven = np.array([0.0, 0.0, 0.0, 0.1])
_needed = 2 * np.sqrt((np.var(_uneven, ddof=1) + np.var(_low, ddof=1)) / 4)
assert has_learned([_uneven, _low - 3 + 0.025 + 1.03 * _needed]) and not has_learned([_uneven, _low - 3 + 0.025 + 0.97 * _needed]), "The scatter at the least and at the most experience both count."
assert not has_learned([[0.3, 0.3], [0.3, 0.3]]), "No change is no learning."
_table = np.array([[0.1, 0.2], [0.8, 0.9]])
has_learned(_table)
assert np.array_equal(_table, [[0.1, 0.2], [0.8, 0.9]]), "has_learned must not change the performances."
### END HIDDEN TESTS

# %% [markdown]
# Two algorithms name all four kinds of record. The first is a set of rules made by hand from the picture of section 1.
# The second knows nothing: it compares a new record with the labelled ones that it was shown, by your three numbers, and
# takes the label of the nearest.

# %%
numbers = np.array([[[m(r) for m, _ in measures] for r in records] for records in spot.values])
numbers[..., 2] = np.arcsinh(numbers[..., 2])
numbers = (numbers - numbers.mean(axis=(0, 1))) / numbers.std(axis=(0, 1))
answers = np.array([[KINDS.index(kind) for kind in kinds] for kinds in spot.kind])


def by_rules(known, new):
    """Name records by thresholds that a person has chosen once."""
    memory = np.array([[lag_one_autocorrelation(r) for r in records] for records in spot.values[new]])
    surprise = np.array([[excess_kurtosis(r) for r in records] for records in spot.values[new]])
    return np.select([memory > 0.6, memory > 0.15, surprise > 0.5], [3, 1, 0], default=2)


def by_neighbours(known, new):
    """Name records by the nearest known one."""
    shown = numbers[known].reshape(-1, 3)
    gaps = np.linalg.norm(numbers[new].reshape(-1, 1, 3) - shown, axis=-1)
    return answers[known].ravel()[np.argmin(gaps, axis=1)].reshape(len(new), 4)


dice = np.random.default_rng(3)
experience = np.array([1, 2, 4, 8, 16, 32])
performance = {"rules made by hand": [], "nearest known record": []}
for amount in experience:
    deals = [dice.permutation(len(spot)) for _ in range(12)]
    for name, algorithm in zip(performance, (by_rules, by_neighbours)):
        performance[name].append(
            [np.mean(algorithm(deal[:amount], deal[40:]) == answers[deal[40:]]) for deal in deals]
        )

fig, ax = plt.subplots(figsize=(7.8, 3.5), layout="tight")
for (name, table), colour in zip(performance.items(), (GREY, GREEN)):
    table = np.array(table)
    verdict = "has learned" if has_learned(table) else "has not learned"
    ax.plot(experience, table.mean(axis=1), "o-", color=colour, lw=2, label=f"{name}: {verdict}")
    ax.fill_between(experience, *(table.mean(axis=1) + sign * table.std(axis=1) for sign in (-1, 1)), color=colour, alpha=0.15, lw=0)
ax.set(xscale="log", xlabel="experience (labelled sets shown)", ylabel="performance (share named rightly)", ylim=(0.8, 1.01))
ax.set_xticks(experience, experience)
ax.minorticks_off()
ax.legend(frameon=False, loc="lower right")
plt.show()

# %% [markdown]
# **Read the picture.** (Guessing would be right once in four times; a band reaches one standard deviation of twelve
# repetitions to each side.) The rules are good from the first moment and never get better: by our definition they do
# not learn, the person who made them did. (Their ups and downs are luck: each time other records were asked.) The other
# begins worse, improves, and in the end is the better one. Being good and learning are different things. (To be fair to
# the rules: the neighbours may have been shown another window of the very same earthquake. Lesson 03 is about what that
# is worth.) What would each of them do if tomorrow a fifth kind of record had to be named?
#
# ## 5. Sort the tasks
#
# What kind of learning a task calls for follows from what there is to learn *from*.
#
# | the task | what is there | calls for |
# |---|---|---|
# | follows a known formula | the formula | `"program"`: no learning needed |
# | acts, and is rewarded | a reward after each action | `"reinforcement"` |
# | has labels that are categories | samples and their classes | `"classification"` (supervised) |
# | has labels that are numbers | samples and their values | `"regression"` (supervised) |
# | has none of these | samples alone | `"unsupervised"` |
#
# The first row that fits decides: who has a formula needs no examples, even if there are labels.
#
# **Write** `sort_tasks(tasks)`. Each task is a dictionary with its `"name"`, `"formula"` (true or false), `"reward"`
# (true or false) and `"labels"` (`"categories"`, `"numbers"` or `None`).

# %% answer="sort-tasks"
def sort_tasks(tasks):
    """Say what each task calls for.

    Parameters
    ----------
    tasks : list of dict
        With the keys ``name``, ``formula``, ``reward`` and ``labels``.

    Returns
    -------
    dict of str to str
        For each task's name one of ``program``, ``reinforcement``, ``classification``, ``regression`` and
        ``unsupervised``.
    """
    ### BEGIN SOLUTION
    kinds = {"categories": "classification", "numbers": "regression", None: "unsupervised"}
    sorted_tasks = {}
    for task in tasks:
        if task["formula"]:
            kind = "program"
        elif task["reward"]:
            kind = "reinforcement"
        else:
            kind = kinds[task["labels"]]
        sorted_tasks[task["name"]] = kind
    return sorted_tasks
    ### END SOLUTION


# %% tests="test-sort-tasks" points=7 topics="def.learning-types intro.target-tasks"
_tasks = [
    {"name": "name the rock in a thin section", "formula": False, "reward": False, "labels": "categories"},
    {"name": "distance from S minus P time", "formula": True, "reward": False, "labels": "numbers"},
    {"name": "kinds of tremor on another planet", "formula": False, "reward": False, "labels": None},
    {"name": "where to drill next", "formula": False, "reward": True, "labels": None},
]
_kinds = sort_tasks(_tasks)
assert set(_kinds) == {_task["name"] for _task in _tasks}, f"one answer for each task, under its name: got {set(_kinds)}"
assert _kinds["name the rock in a thin section"] == "classification", f"labels that are categories call for classification: got {_kinds['name the rock in a thin section']}"
assert _kinds["distance from S minus P time"] == "program", f"where there is a formula nothing needs learning: got {_kinds['distance from S minus P time']}"
assert _kinds["kinds of tremor on another planet"] == "unsupervised", f"without labels, formula or reward: unsupervised; got {_kinds['kinds of tremor on another planet']}"
assert _kinds["where to drill next"] == "reinforcement", f"a reward after each action calls for reinforcement: got {_kinds['where to drill next']}"
### BEGIN HIDDEN TESTS
_tasks = [
    {"name": f"{_formula}-{_reward}-{_labels}", "formula": _formula, "reward": _reward, "labels": _labels}
    for _formula in (True, False) for _reward in (True, False) for _labels in ("categories", "numbers", None)
]
_kinds = sort_tasks(_tasks)
assert len(_kinds) == 12, "Give one answer for each task."
assert all(_kinds[_t["name"]] == "program" for _t in _tasks if _t["formula"]), "The first row that fits decides: with a formula, program it, even if there are labels or a reward."
assert all(_kinds[_t["name"]] == "reinforcement" for _t in _tasks if _t["reward"] and not _t["formula"]), "A task that acts and is rewarded calls for reinforcement, even if there are labels."
assert _kinds["False-False-numbers"] == "regression", "Labels that are numbers call for regression."
assert _kinds["False-False-categories"] == "classification", "Labels that are categories call for classification."
assert _kinds["False-False-None"] == "unsupervised", "Samples alone call for unsupervised learning."
assert sort_tasks([]) == {}, "Without a task there is no answer."
### END HIDDEN TESTS

# %%
tasks = [
    {"name": "P arrival time from a seismogram", "formula": False, "reward": False, "labels": "numbers"},
    {"name": "suspended load from turbidity", "formula": False, "reward": False, "labels": "numbers"},
    {"name": "kind of volcanic event", "formula": False, "reward": False, "labels": "categories"},
    {"name": "ground or tree in a lidar cloud", "formula": False, "reward": False, "labels": "categories"},
    {"name": "families of similar earthquakes", "formula": False, "reward": False, "labels": None},
    {"name": "main patterns of sea temperature", "formula": False, "reward": False, "labels": None},
    {"name": "where to send the rover next", "formula": False, "reward": True, "labels": None},
    {"name": "tide from Moon and Sun", "formula": True, "reward": False, "labels": "numbers"},
]
verdicts = sort_tasks(tasks)
columns = ("program", "regression", "classification", "unsupervised", "reinforcement")
fig, ax = plt.subplots(figsize=(8.6, 3.4), layout="tight")
for height, name in enumerate(reversed(list(verdicts))):
    ax.plot(columns.index(verdicts[name]), height, "o", color=BLUE, ms=12)
ax.set_yticks(range(len(verdicts)), list(reversed(list(verdicts))))
ax.set_xticks(range(5), columns, fontsize=9.5)
ax.set(xlim=(-0.5, 4.5), ylim=(-0.6, len(verdicts) - 0.4))
ax.tick_params(length=0)
plt.show()

# %% [markdown]
# **Read the picture.** For each dot: what would have to change for it to move to another column? (If somebody labels a
# thousand of the similar earthquakes with the fault that they come from?)
#
# ### The third kind: learn from rewards
#
# Back to the knob of your detector. Which threshold shall the trigger have? Nobody gives you labelled examples; you can
# only *try* one for an hour, in which one record arrives, and the observatory says whether it was content: 1 if the
# trigger rang for an earthquake or was silent in noise, 0 otherwise. Trying costs: an hour with a bad threshold is an
# hour of missed earthquakes or of false alarms. This is **reinforcement**: choose an *action*, get a *reward*, and find
# a *policy* that collects as much reward as possible.
#
# A policy must balance two things. *Exploit*: take the action that has been best so far. *Explore*: try another, since
# the best so far may be the best by luck. The simplest balance is **$\varepsilon$-greedy**: with probability
# $\varepsilon$ take any of the actions, each equally likely; otherwise take the one with the largest estimated value. If
# several share the largest value, choose one of *them* at random, or the first would win by its place in the list.
#
# **Write** `epsilon_greedy(values, epsilon, rng)`.

# %% answer="epsilon-greedy"
def epsilon_greedy(values, epsilon, rng):
    """Choose an action.

    Parameters
    ----------
    values : array or list, shape (n_actions,)
        Estimated reward of each.
    epsilon : float
        Probability to explore.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    int
        Position of the chosen action.
    """
    ### BEGIN SOLUTION
    values = np.asarray(values)
    # audit: equivalent [boundary] because a random number is never exactly epsilon
    if rng.random() < epsilon:
        return int(rng.integers(len(values)))
    return int(rng.choice(np.flatnonzero(values == values.max())))
    ### END SOLUTION


# %% tests="test-epsilon-greedy" points=8 topics="def.learning-types"
_rng = np.random.default_rng(0)
assert {epsilon_greedy([0.1, 0.9, 0.3], 0.0, _rng) for _ in range(50)} == {1}, "without exploration action 1, which has the largest value, is taken every time"
_counts = np.bincount([epsilon_greedy([0.1, 0.9, 0.3], 1.0, _rng) for _ in range(3000)], minlength=3) / 3000
assert np.all(np.abs(_counts - 1 / 3) < 0.05), f"with epsilon = 1 every action is equally likely: got shares {np.round(_counts, 2)}"
_counts = np.bincount([epsilon_greedy([2.0, 2.0, 0.0], 0.0, _rng) for _ in range(2000)], minlength=3) / 2000
assert np.all(np.abs(_counts - [0.5, 0.5, 0]) < 0.06), f"two equally good actions are taken equally often: got shares {np.round(_counts, 2)}"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(10)
_values = np.array([-3.0, -1.0, -2.0, -5.0])
_kept = _values.copy()
_counts = np.bincount([epsilon_greedy(_values, 0.4, _rng) for _ in range(8000)], minlength=4) / 8000
assert len(_counts) == 4, "Return the position of an action."
assert np.array_equal(_values, _kept), "epsilon_greedy must not change the values."
assert np.all(_counts[[0, 2, 3]] > 0.07), "When it explores, every action can be chosen."
assert abs(_counts[1] - 0.7) < 0.03, "The best action is taken with probability 1 - epsilon, and also when exploration happens to choose it: explore among all actions."
assert np.all(np.abs(_counts[[0, 2, 3]] - 0.1) < 0.02), "When it explores, every action is equally likely."
_counts = np.bincount([epsilon_greedy(np.zeros(5), 0.0, _rng) for _ in range(3000)], minlength=5) / 3000
assert np.all(np.abs(_counts - 0.2) < 0.05), "At the beginning all values are equal, and no action may be preferred."
_first = [epsilon_greedy([1, 2, 2, 0], 0.5, np.random.default_rng(_seed)) for _seed in range(40)]
assert _first == [epsilon_greedy([1, 2, 2, 0], 0.5, np.random.default_rng(_seed)) for _seed in range(40)], "The same generator must give the same choice: all randomness comes from rng."
### END HIDDEN TESTS

# %% [markdown]
# After the reward has come, the estimate of the chosen action is corrected. The estimate $Q$ is the mean of the rewards
# that this action has brought so far; with the $n$-th reward $r_n$ it becomes, without storing the earlier ones,
#
# $$ Q_n = Q_{n-1} + \frac{1}{n} \left( r_n - Q_{n-1} \right) , $$
#
# old estimate plus a step towards what came as a surprise. You will meet this shape again in the next lesson, where
# such steps are a *descent* and $1/n$ is a *learning rate*.
#
# **Write** `update_value(values, counts, action, reward)`, which returns **new** arrays and leaves the old ones alone.

# %% answer="update-value"
def update_value(values, counts, action, reward):
    """Take a reward into account.

    Parameters
    ----------
    values : array or list of float, shape (n_actions,)
        Mean reward of each action so far.
    counts : array or list of int, shape (n_actions,)
        How often each was taken so far, this time not included.
    action : int
        Which was taken.
    reward : float
        What it brought.

    Returns
    -------
    values, counts : arrays, same shapes
        New ones; only the entry of the action differs.
    """
    ### BEGIN SOLUTION
    values, counts = np.array(values, dtype=float), np.array(counts)
    counts[action] += 1
    values[action] += (reward - values[action]) / counts[action]
    # audit: equivalent [whole numbers] because counts are whole numbers
    return values, counts
    ### END SOLUTION


# %% tests="test-update-value" points=7 topics="def.learning-types reg.learning-rate"
_old_values, _old_counts = np.array([0.5, 0.2]), np.array([3, 2])
_values, _counts = update_value(_old_values, _old_counts, 0, 0.9)
assert list(_counts) == [4, 2], f"action 0 has now been taken 4 times, action 1 twice as before: got {[int(_n) for _n in _counts]}"
assert np.allclose(_values, [0.6, 0.2]), f"three rewards of 0.5 on average and one of 0.9 have a mean of 0.6, action 1 keeps 0.2: got {_values}"
assert np.allclose(_old_values, [0.5, 0.2]) and list(_old_counts) == [3, 2], "the old arrays must be left as they were"
### BEGIN HIDDEN TESTS
_rng = np.random.default_rng(50)
_values, _counts, _log = np.zeros(4), np.zeros(4, dtype=int), [[], [], [], []]
for _ in range(60):
    _action, _reward = int(_rng.integers(3)), float(_rng.normal(2, 5))
    _log[_action].append(_reward)
    _before = _values.copy(), _counts.copy()
    _new_values, _new_counts = update_value(_values, _counts, _action, _reward)
    assert np.array_equal(_values, _before[0]) and np.array_equal(_counts, _before[1]), "update_value must return new arrays and leave the old ones as they were."
    _values, _counts = np.asarray(_new_values), np.asarray(_new_counts)
assert [int(_n) for _n in _counts] == [len(_rewards) for _rewards in _log], "Each action counts how often it was taken."
assert np.allclose(_values, [np.mean(_rewards) if _rewards else 0.0 for _rewards in _log]), "The value of an action must be the mean of the rewards that it has brought."
_values, _counts = update_value([9.0, 1.0], [0, 2], 0, 4.0)
assert np.isclose(_values[0], 4.0), "With the first reward the estimate is that reward, whatever stood there before."
_values, _ = update_value(np.array([0, 0]), np.array([1, 0]), 0, 1.0)
assert np.isclose(_values[0], 0.5), "Values that come as whole numbers must not be rounded."
### END HIDDEN TESTS

# %%
windows = simulate_waveforms(160, seed=3, n_samples=2500, shares={"earthquake": 0.5, "noise": 0.5})
quake = windows.kind == "earthquake"
bursts = np.random.default_rng(7)
largest = np.empty(len(quake))
for place, record in enumerate(windows.waveforms[:, 2]):
    record = record / record[:300].std()
    record += bursts.normal(0, 4.0, record.size)  # a noisier site than the library's
    if bursts.random() < 0.5:  # somebody walks by
        start = int(bursts.integers(800, 2200))
        record[start : start + 60] += bursts.normal(0, 8.5, 60)
    largest[place] = np.max(sta_lta(record, 40, 700))
levels = np.array([1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0])
truth = np.array([np.mean((largest >= level) == quake) for level in levels])

histories = []
for epsilon, colour in ((0.0, GREY), (0.1, BLUE), (1.0, ORANGE)):
    gains = np.zeros((40, 400))
    for run in range(40):
        dice = np.random.default_rng(run)
        values, counts = np.zeros(len(levels)), np.zeros(len(levels), dtype=int)
        for hour in range(400):
            action = epsilon_greedy(values, epsilon, dice)
            heard = dice.integers(len(quake))
            values, counts = update_value(values, counts, action, float((largest[heard] >= levels[action]) == quake[heard]))
            gains[run, hour] = truth[action]
    histories.append((epsilon, colour, gains.mean(axis=0)))

fig, (left, right) = plt.subplots(1, 2, figsize=(9.8, 3.5), layout="tight", width_ratios=(1, 1.4))
left.bar(range(len(levels)), truth, color=GREEN)
left.set_xticks(range(len(levels)), [f"{level:g}" for level in levels])
left.set(xlabel="threshold", ylabel="mean reward", ylim=(0, 1), title="what nobody tells the machine")
for epsilon, colour, history in histories:
    right.plot(np.convolve(history, np.ones(15) / 15, "valid"), color=colour, lw=2, label=rf"$\varepsilon$ = {epsilon:g}")
right.axhline(truth.max(), color="black", lw=0.8, ls="--")
right.text(395, truth.max() + 0.004, "always the best", ha="right", fontsize=9)
right.set(xlabel="hour", ylabel="expected reward\n(running mean of 15 hours)", ylim=(truth.mean() - 0.09, truth.max() + 0.03), title="mean of 40 observatories")
right.legend(frameon=False, loc="lower right", ncols=3)
plt.show()

# %% [markdown]
# **Read the picture.** All estimates began at 0, so whoever never explores is content with the first threshold that
# brought a reward. Who always explores knows everything and uses nothing. In between, an observatory finds a good
# threshold in the course of some days, from nothing but content and discontent. What would you do with $\varepsilon$ as
# the months go by?
#
# ## What you have learned
#
# - Three numbers describe much of a record's character, and a rule that can be said can be programmed. It knows what was
#   said, and nothing else.
# - A detector is compared with others by hits, misses and false alarms, and a threshold trades one for the other.
# - A data set has $N$ samples, $F$ features, $T$ targets; a model has parameters; the loss says what is bad; the best
#   constant is what every model must beat.
# - Learning means: performance at a task improves with experience. All three have to be named.
# - Labels call for supervised learning, samples alone for unsupervised, rewards for reinforcement, and a formula for a
#   program.
#
# The next lesson gives the model more than one constant, and lets it walk downhill.
