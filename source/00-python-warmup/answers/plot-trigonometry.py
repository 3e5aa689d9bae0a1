# %% right="short-forms"
def plot_trigonometry(ax):
    x = np.arange(0, 2 * np.pi + 0.05, 0.05)
    ax.plot(x, np.sin(x), "-", label="sine")
    ax.plot(x, np.cos(x), "--", label="cosine")
    ax.set_title("Trigonometry")
    ax.set_xlabel("x")
    ax.set_ylabel("y")
    ax.legend(loc="upper right")
    ax.grid()


# %% right="looped"
def plot_trigonometry(ax):
    x = np.linspace(0, 2 * np.pi, 50)
    for name, function, style in (("sine", np.sin, "solid"), ("cosine", np.cos, "dashed")):
        ax.plot(x, function(x), ls=style, label=name, color="black")
    ax.set(title="Two functions", xlabel="angle", ylabel="value")
    ax.legend()
    ax.grid(alpha=0.3)


# %% wrong="on-the-current-figure" says="Draw on the axes that are given"
def plot_trigonometry(ax):
    x = np.linspace(0, 2 * np.pi, 100)
    plt.plot(x, np.sin(x), label="sine")
    plt.plot(x, np.cos(x), "--", label="cosine")
    plt.title("Trigonometry")
    plt.xlabel("x")
    plt.ylabel("y")
    plt.legend()
    plt.grid()


# %% wrong="names-swapped" says="The line called sine shows the sine"
def plot_trigonometry(ax):
    x = np.linspace(0, 2 * np.pi, 100)
    ax.plot(x, np.cos(x), "-", label="sine")
    ax.plot(x, np.sin(x), "--", label="cosine")
    ax.set(title="t", xlabel="x", ylabel="y")
    ax.legend()
    ax.grid()


# %% wrong="no-grid" says="Switch the grid on"
def plot_trigonometry(ax):
    x = np.linspace(0, 2 * np.pi, 100)
    ax.plot(x, np.sin(x), "-", label="sine")
    ax.plot(x, np.cos(x), "--", label="cosine")
    ax.set(title="t", xlabel="x", ylabel="y")
    ax.legend()


# %% wrong="degrees" says="from 0 to 2 pi, in radians"
def plot_trigonometry(ax):
    x = np.linspace(0, 360, 100)
    ax.plot(x, np.sin(np.radians(x)), "-", label="sine")
    ax.plot(x, np.cos(np.radians(x)), "--", label="cosine")
    ax.set(title="t", xlabel="x", ylabel="y")
    ax.legend()
    ax.grid()


# %% wrong="too-few-points" says="at least 50 points"
def plot_trigonometry(ax):
    x = np.linspace(0, 2 * np.pi, 9)
    ax.plot(x, np.sin(x), "-", label="sine")
    ax.plot(x, np.cos(x), "--", label="cosine")
    ax.set(title="t", xlabel="x", ylabel="y")
    ax.legend()
    ax.grid()
