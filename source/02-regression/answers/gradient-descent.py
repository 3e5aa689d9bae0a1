# %% right="filled-table"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    path = np.empty((n_epochs + 1, len(start)))
    path[0] = start
    for epoch in range(n_epochs):
        path[epoch + 1] = path[epoch] - learning_rate * np.asarray(gradient(path[epoch]))
    return path


# %% right="lists"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    path = [[float(value) for value in start]]
    while len(path) <= n_epochs:
        slope = gradient(np.array(path[-1]))
        path.append([value - learning_rate * along for value, along in zip(path[-1], slope)])
    return path


# %% right="single-precision"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    theta = np.array(start, dtype="float32")
    path = [theta.copy()]
    for _ in range(n_epochs):
        theta = (theta - learning_rate * gradient(theta)).astype("float32")
        path.append(theta)
    return np.stack(path)


# %% wrong="uphill" says="subtract the learning rate times the gradient"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    path = [np.array(start, dtype=float)]
    for _ in range(n_epochs):
        path.append(path[-1] + learning_rate * gradient(path[-1]))
    return np.array(path)


# %% wrong="gradient-of-the-start" says="take the gradient anew"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    path, slope = [np.array(start, dtype=float)], gradient(np.array(start, dtype=float))
    for _ in range(n_epochs):
        path.append(path[-1] - learning_rate * slope)
    return np.array(path)


# %% wrong="the-same-array-again-and-again" says="The first row of the path should be the start"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    theta = np.array(start, dtype=float)
    path = [theta]
    for _ in range(n_epochs):
        theta -= learning_rate * gradient(theta)
        path.append(theta)
    return np.array(path)


# %% wrong="without-the-start" says="n_epochs + 1 rows, the start first"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    theta, path = np.array(start, dtype=float), []
    for _ in range(n_epochs):
        theta = theta - learning_rate * gradient(theta)
        path.append(theta)
    return np.array(path)


# %% wrong="changes-the-start" says="changed the start in place"
def gradient_descent(gradient, start, learning_rate, n_epochs):
    theta = np.asarray(start, dtype=float)
    path = [theta.copy()]
    for _ in range(n_epochs):
        theta -= learning_rate * gradient(theta)
        path.append(theta.copy())
    return np.array(path)
