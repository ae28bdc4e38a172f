"""What the scripts about fastai train: a layer of one weight, three batches."""

import torch
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner


def learner(*callbacks):
    data = torch.utils.data.TensorDataset(torch.ones(3, 1), torch.ones(3, 1))
    loaders = DataLoaders(DataLoader(data, bs=1), DataLoader(data, bs=1))
    layer = torch.nn.Linear(1, 1)
    return Learner(loaders, layer, loss_func=torch.nn.MSELoss(), cbs=list(callbacks))
