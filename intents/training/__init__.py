"""Training, calibration and evaluation of the intent model."""

from intents.training.options import TrainingOptions, TrainingReport
from intents.training.train import train_intents

__all__ = ["TrainingOptions", "TrainingReport", "train_intents"]
