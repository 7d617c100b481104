"""How metrics read words, figures and the record: by themselves.

A metric that asked `copilot.checks` would find no more than the product found, and what a check withholds would be 0 by construction. So
nothing here comes from there but the folding of letters. The readings are coarser than the product's; they are the second pair of eyes.
"""
