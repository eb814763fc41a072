# Home Assistant installs its own engine under this name when it starts; the type checker has to see the same one.
from probatio import *
