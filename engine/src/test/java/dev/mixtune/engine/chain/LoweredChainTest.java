package dev.mixtune.engine.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.KernelUse.Op;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.chain.Link.Concatenation;
import dev.mixtune.engine.chain.Link.Convolution;
import dev.mixtune.engine.chain.Link.Dense;
import dev.mixtune.engine.chain.Link.GlobalAverage;
import dev.mixtune.engine.chain.Link.Halving;
import dev.mixtune.engine.chain.Link.Product;
import dev.mixtune.engine.chain.Link.Residual;
import dev.mixtune.engine.chain.Link.Transformer;
import dev.mixtune.engine.chain.Link.Transformer.Piece;
import dev.mixtune.engine.runtime.ModelRuntime.ExecutedNode;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoweredChainTest {
  private static final KernelChain CONVOLUTIONS =
      new KernelChain(
          List.of(1L, 8L, 6L, 6L),
          List.of(
              new Convolution(16, 3, 1, 1, true),
              new Convolution(16, 3, 2, 16, true),
              new Convolution(8, 1, 1, 1, false)));
  private static final KernelChain PRODUCTS =
      new KernelChain(List.of(1L, 4L, 32L), List.of(new Product(64), new Product(32)));

  private final OrtRuntime runtime = TestKit.runtime();

  @Test
  void countsWhatTheDefinitionOfEachLayerSays() {
    ChainModel model =
        LoweredChain.of(runtime, CONVOLUTIONS, 1)
            .lower(List.of(Scheme.F32, Scheme.F32, Scheme.F32));
    List<KernelUse> layers =
        model.kernels().stream().filter(use -> use.weightElements() > 0).toList();
    assertThat(layers)
        .extracting(KernelUse::op)
        .containsExactly(Op.CONV, Op.DEPTHWISE_CONV, Op.CONV);
    // 36 positions x 16 outputs x 72 products; 9 x 16 x 9; 9 x 8 x 16
    assertThat(layers).extracting(KernelUse::macs).containsExactly(41472L, 1296L, 1152L);
    assertThat(layers).extracting(KernelUse::inputElements).containsExactly(288L, 576L, 144L);
    assertThat(layers).extracting(KernelUse::outputElements).containsExactly(576L, 144L, 72L);
  }

  @Test
  void integerChainsRunOnIntegerKernels() {
    ChainModel model =
        LoweredChain.of(runtime, CONVOLUTIONS, 1)
            .lower(List.of(Scheme.W8A8, Scheme.W8A8, Scheme.W8A8));
    assertThat(runtime.executedNodes(model.model()))
        .extracting(ExecutedNode::op)
        .filteredOn(op -> op.contains("Conv"))
        .containsOnly("QLinearConv")
        .hasSize(3);
    assertThat(model.kernels())
        .filteredOn(use -> use.op() == Op.QUANTIZE || use.op() == Op.DEQUANTIZE)
        .hasSize(2);
  }

  @Test
  void changesOfPrecisionAreBoundaries() {
    ChainModel model =
        LoweredChain.of(runtime, CONVOLUTIONS, 1)
            .lower(List.of(Scheme.F32, Scheme.W8A8, Scheme.F32));
    assertThat(model.kernels())
        .extracting(KernelUse::op)
        .containsSubsequence(Op.CONV, Op.QUANTIZE, Op.DEPTHWISE_CONV, Op.DEQUANTIZE, Op.CONV);
  }

  @Test
  void productsOfferAllArithmetics() {
    LoweredChain chain = LoweredChain.of(runtime, PRODUCTS, 1);
    for (Scheme scheme :
        List.of(Scheme.W8A8, Scheme.W8A8_DYNAMIC, Scheme.W8_BLOCK, Scheme.W4_BLOCK)) {
      assertThat(chain.offers(0, scheme)).as(scheme.id()).isTrue();
      ChainModel model = chain.lower(List.of(scheme, scheme));
      assertThat(model.kernels())
          .filteredOn(use -> use.op() == Op.MATMUL)
          .extracting(KernelUse::arithmetic)
          .containsOnly(scheme.arithmetic());
    }
    assertThat(chain.macs()).isEqualTo(2 * 4 * 32 * 64);
  }

  @Test
  void everyKindOfLinkRuns() {
    List<KernelChain> chains =
        List.of(
            new KernelChain(
                List.of(1L, 4L, 8L, 8L),
                List.of(
                    new Convolution(4, 3, 1, 2, true),
                    new Convolution(4, 3, 1, 1, false),
                    new Residual(1, true),
                    new Concatenation(2),
                    new Halving(),
                    new GlobalAverage(),
                    new Dense(5))),
            new KernelChain(
                List.of(1L, 6L, 16L),
                List.of(
                    new Product(16),
                    new Transformer(Piece.BIAS),
                    new Transformer(Piece.ATTENTION),
                    new Transformer(Piece.GELU),
                    new Residual(3, false),
                    new Transformer(Piece.NORMALIZATION))));
    for (KernelChain chain : chains) {
      LoweredChain lowered = LoweredChain.of(runtime, chain, 1);
      assertThat(lowered.layers()).isEqualTo(chain.layers());
      for (Scheme scheme : List.of(Scheme.F32, Scheme.W8A8)) {
        ChainModel model = lowered.lower(java.util.Collections.nCopies(chain.layers(), scheme));
        try (Session session = runtime.open(model.model(), 1)) {
          float[] values = ((Tensor.Floats) session.run(model.inputs()).get(0)).values();
          assertThat(values).isNotEmpty();
          for (float value : values) {
            assertThat(value).isFinite();
          }
        }
      }
    }
  }

  @Test
  void attentionIsPricedAsProductsAndAFunction() {
    ChainModel model =
        LoweredChain.of(
                runtime,
                new KernelChain(
                    List.of(1L, 6L, 16L),
                    List.of(new Product(16), new Transformer(Piece.ATTENTION))),
                1)
            .lower(List.of(Scheme.F32));
    assertThat(model.kernels())
        .filteredOn(use -> use.weightElements() == 0 && use.op() == Op.MATMUL)
        // 6 x 6 scores of 16 products, then 6 x 16 values of 6 products
        .extracting(KernelUse::macs)
        .containsExactly(576L, 576L);
    assertThat(model.kernels())
        .filteredOn(use -> use.op() == Op.FUNCTION)
        .singleElement()
        .satisfies(use -> assertThat(use.arithmetic()).isEqualTo(Arithmetic.FLOAT));
  }

  @Test
  void chainsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> new KernelChain(List.of(1L, 4L), List.of(new GlobalAverage())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without a layer");
    assertThatThrownBy(() -> new Convolution(4, 2, 1, 1, true)).hasMessageContaining("kernel is 2");
    KernelChain jumps =
        new KernelChain(List.of(1L, 4L), List.of(new Product(4), new Residual(3, false)));
    assertThatThrownBy(() -> LoweredChain.of(runtime, jumps, 1))
        .hasMessageContaining("no 3 links to jump over");
  }
}
