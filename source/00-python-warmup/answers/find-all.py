# %% right="looped"
def find_all(items, value):
    positions = []
    for position in range(len(items)):
        if items[position] == value:
            positions.append(position)
    return positions


# %% right="with-index"
def find_all(items, value):
    positions, start = [], 0
    for _ in range(items.count(value)):
        start = items.index(value, start)
        positions.append(start)
        start += 1
    return positions


# %% wrong="first-only" says="Every item that is equal to the value counts"
def find_all(items, value):
    return [items.index(value)] if value in items else []


# %% wrong="counted-from-one" says="Every item that is equal to the value counts"
def find_all(items, value):
    return [position for position, item in enumerate(items, start=1) if item == value]


# %% wrong="contains-instead-of-equals" says="contains 'a' and is not equal to it"
def find_all(items, value):
    return [
        position
        for position, item in enumerate(items)
        if item == value or (isinstance(item, str) and isinstance(value, str) and value in item)
    ]


# %% wrong="forgot-the-last" says="The last position counts as well"
def find_all(items, value):
    return [position for position in range(len(items) - 1) if items[position] == value]
