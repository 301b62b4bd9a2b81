/** How strongly a float network's answers bend with each layer's weights, from gradients. */
@NullMarked
package dev.mixtune.training.curvature;

import org.jspecify.annotations.NullMarked;
