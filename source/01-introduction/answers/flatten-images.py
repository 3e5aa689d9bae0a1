# %% right="each-by-itself"
def flatten_images(images):
    return np.array([np.asarray(image).ravel() for image in images])


# %% right="counted"
def flatten_images(images):
    images = np.array(images)
    return np.reshape(images, (images.shape[0], int(np.prod(images.shape[1:]))))


# %% wrong="column-by-column" says="Lay out row by row"
def flatten_images(images):
    images = np.asarray(images)
    return images.reshape(len(images), -1, order="F")


# %% wrong="one-long-row" says="One row for each image"
def flatten_images(images):
    return np.asarray(images).ravel()


# %% wrong="channels-apart" says="with all of its pixels and channels"
def flatten_images(images):
    images = np.asarray(images)
    return images.reshape(len(images), -1, images.shape[-1])


# %% wrong="channels-first" says="within a pixel channel by channel"
def flatten_images(images):
    images = np.asarray(images)
    return np.moveaxis(images, -1, 1).reshape(len(images), -1)
