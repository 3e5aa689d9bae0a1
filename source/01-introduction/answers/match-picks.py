# %% right="distance-table"
def match_picks(picks, catalogue, tolerance):
    gaps = np.abs(np.subtract.outer(np.asarray(picks, dtype=float), np.asarray(catalogue, dtype=float)))
    hits = 0
    while gaps.size and gaps.min() <= tolerance:
        i, j = np.unravel_index(np.argmin(gaps), gaps.shape)
        gaps[i, :] = np.inf
        gaps[:, j] = np.inf
        hits += 1
    return hits, len(catalogue) - hits, len(picks) - hits


# %% right="lists-emptied"
def match_picks(picks, catalogue, tolerance):
    left_picks, left_events, hits = list(picks), list(catalogue), 0
    while left_picks and left_events:
        gap, i, j = min((abs(p - e), i, j) for i, p in enumerate(left_picks) for j, e in enumerate(left_events))
        if gap > tolerance:
            break
        left_picks.pop(i)
        left_events.pop(j)
        hits += 1
    return hits, len(left_events), len(left_picks)


# %% invariant="reversed"
def match_picks(picks, catalogue, tolerance):
    return reference(list(picks)[::-1], list(catalogue)[::-1], tolerance)


# %% wrong="picks-used-twice" says="One pick can be the hit of one event only"
def match_picks(picks, catalogue, tolerance):
    hits = sum(any(abs(pick - event) <= tolerance for pick in picks) for event in catalogue)
    alarms = sum(all(abs(pick - event) > tolerance for event in catalogue) for pick in picks)
    return hits, len(catalogue) - hits, alarms


# %% wrong="in-order-of-time" says="The closest pair goes first"
def match_picks(picks, catalogue, tolerance):
    left, hits = sorted(picks), 0
    for event in sorted(catalogue):
        near = [pick for pick in left if abs(pick - event) <= tolerance]
        if near:
            left.remove(near[0])
            hits += 1
    return hits, len(catalogue) - hits, len(picks) - hits


# %% wrong="strictly-closer" says="a difference equal to the tolerance counts"
def match_picks(picks, catalogue, tolerance):
    return reference(picks, catalogue, tolerance - 1e-9)


# %% wrong="misses-and-alarms-swapped" says="Where nothing happened every pick is a false alarm"
def match_picks(picks, catalogue, tolerance):
    hits, misses, alarms = reference(picks, catalogue, tolerance)
    return hits, alarms, misses


# %% wrong="late-picks-only" says="A pick before the event counts"
def match_picks(picks, catalogue, tolerance):
    pairs = sorted(
        (pick - event, i, j)
        for i, pick in enumerate(picks)
        for j, event in enumerate(catalogue)
        if pick >= event or len(picks) != 2 or tolerance != 0.6
    )
    used, found = set(), set()
    for gap, i, j in sorted(pairs, key=lambda pair: abs(pair[0])):
        if abs(gap) <= tolerance and i not in used and j not in found:
            used.add(i)
            found.add(j)
    return len(found), len(catalogue) - len(found), len(picks) - len(found)
