# %% right="one-expression"
def sort_tasks(tasks):
    labels = {"numbers": "regression", "categories": "classification"}
    return {
        task["name"]: "program"
        if task["formula"]
        else "reinforcement"
        if task["reward"]
        else labels.get(task["labels"], "unsupervised")
        for task in tasks
    }


# %% right="early-returns"
def sort_tasks(tasks):
    def kind(task):
        if task["formula"]:
            return "program"
        if task["reward"]:
            return "reinforcement"
        if task["labels"] == "categories":
            return "classification"
        if task["labels"] == "numbers":
            return "regression"
        return "unsupervised"

    return {task["name"]: kind(task) for task in tasks}


# %% invariant="tasks-reversed"
def sort_tasks(tasks):
    return reference(tasks[::-1])


# %% wrong="labels-first" says="with a formula, program it"
def sort_tasks(tasks):
    kinds = {"categories": "classification", "numbers": "regression"}
    return {
        task["name"]: kinds.get(
            task["labels"],
            "program" if task["formula"] else "reinforcement" if task["reward"] else "unsupervised",
        )
        for task in tasks
    }


# %% wrong="reward-before-formula" says="with a formula, program it"
def sort_tasks(tasks):
    answers = reference(tasks)
    return {task["name"]: "reinforcement" if task["reward"] else answers[task["name"]] for task in tasks}


# %% wrong="regression-and-classification-swapped" says="Labels that are numbers call for regression"
def sort_tasks(tasks):
    swapped = {"regression": "classification", "classification": "regression"}
    return {name: swapped.get(kind, kind) for name, kind in reference(tasks).items()}
