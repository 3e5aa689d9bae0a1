# %% right="bincount"
def forest_vote(votes):
    return np.array([np.bincount(column).argmax() for column in np.asarray(votes).T])


# %% right="scipy-mode"
def forest_vote(votes):
    from scipy.stats import mode

    return mode(votes, axis=0).mode


# %% right="counted-in-dictionaries"
def forest_vote(votes):
    winners = []
    for column in zip(*[list(row) for row in votes]):
        winners.append(min(set(column), key=lambda label: (-column.count(label), label)))
    return winners


# %% invariant="trees-reversed"
def forest_vote(votes):
    return reference(votes[::-1])


# %% wrong="rounded-mean" says="a mean or a median of labels is no vote"
def forest_vote(votes):
    return np.round(np.mean(votes, axis=0)).astype(int)


# %% wrong="median" says="a mean or a median of labels is no vote"
def forest_vote(votes):
    return np.median(votes, axis=0).astype(int)


# %% wrong="largest-in-a-draw" says="in a draw the smallest of them"
def forest_vote(votes):
    votes = np.asarray(votes)
    return votes.max() - reference(votes.max() - votes)


# %% wrong="votes-of-each-tree" says="the trees are in the rows"
def forest_vote(votes):
    return reference(np.transpose(votes))
