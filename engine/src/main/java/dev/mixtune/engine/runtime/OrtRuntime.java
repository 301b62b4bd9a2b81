package dev.mixtune.engine.runtime;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** ONNX Runtime with its CPU provider, in this process. */
public final class OrtRuntime implements ModelRuntime {
  private final OrtEnvironment environment;
  private final DirectBuffers buffers = new DirectBuffers();

  private OrtRuntime(OrtEnvironment environment) {
    this.environment = environment;
  }

  /**
   * Starts ONNX Runtime.
   *
   * @param nativesCache folder that keeps the unpacked native libraries between runs
   */
  public static OrtRuntime start(Path nativesCache) {
    OrtNatives.requireShortCommandLine(Path.of("/proc/self/cmdline"));
    OrtNatives.use(nativesCache);
    OwnedFiles temp = OwnedFiles.inTempFolder();
    temp.sweep();
    return new OrtRuntime(
        OrtNatives.started(
            temp.folder(),
            () ->
                OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "mixtune")));
  }

  @Override
  public String version() {
    return "onnxruntime " + environment.getVersion();
  }

  @Override
  public Session open(byte[] model, int threads) {
    return open(threads, options -> environment.createSession(model, options));
  }

  @Override
  public Session open(Path file, int threads) {
    return open(threads, options -> environment.createSession(file.toString(), options));
  }

  private Session open(int threads, Opener opener) {
    // The options only matter while the session is being created.
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      return new OrtModelSession(environment, opener.open(options), buffers, FedTensors.NONE);
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  /**
   * Opens a model that takes large constants as inputs. They are read where they are in every run,
   * and never copied; what a run computes on the way is given back to the system at once.
   *
   * @param model serialized ONNX
   * @param threads intra-operator threads, at least 1
   * @param constants inputs of the model; the session asks only for the others
   * @throws RuntimeFailure when ONNX Runtime refuses the model or a constant
   */
  public Session open(byte[] model, int threads, List<FedConstant> constants) {
    FedTensors fed = FedTensors.of(environment, constants);
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      // An arena keeps the largest value that it ever held, twice as large as it was.
      options.setCPUArenaAllocator(false);
      options.setMemoryPatternOptimization(false);
      return new OrtModelSession(
          environment, environment.createSession(model, options), buffers, fed);
    } catch (OrtException e) {
      fed.close();
      throw failure(e);
    }
  }

  @Override
  public List<ExecutedNode> executedNodes(byte[] model) {
    List<ExecutedNode> nodes = new ArrayList<>();
    for (NodeProto node : optimised(model, OptimisationLevel.FULL).getGraph().getNodeList()) {
      nodes.add(new ExecutedNode(node.getOpType(), node.getName(), node.getInputList()));
    }
    return nodes;
  }

  /** How far ONNX Runtime may rewrite a graph. */
  public enum OptimisationLevel {
    /** Constants folded, redundant nodes removed, BatchNormalization folded; still plain ONNX. */
    BASIC(SessionOptions.OptLevel.BASIC_OPT),
    /** Everything that runs on this machine. */
    FULL(SessionOptions.OptLevel.ALL_OPT);

    private final SessionOptions.OptLevel level;

    OptimisationLevel(SessionOptions.OptLevel level) {
      this.level = level;
    }
  }

  /**
   * The graph as ONNX Runtime rewrites it before execution.
   *
   * @throws RuntimeFailure when it refuses the model
   */
  public ModelProto optimised(byte[] model, OptimisationLevel level) {
    try {
      Path file = OwnedFiles.inTempFolder().free(".onnx");
      try (SessionOptions options = new SessionOptions()) {
        options.setIntraOpNumThreads(1);
        options.setOptimizationLevel(level.level);
        options.setOptimizedModelFilePath(file.toString());
        environment.createSession(model, options).close();
        return ModelProto.parseFrom(Files.readAllBytes(file));
      } catch (OrtException e) {
        throw failure(e);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot use the temp folder", e);
    }
  }

  /**
   * Shapes of all values of a model, as ONNX Runtime infers them.
   *
   * @param model serialized ONNX whose graph outputs include every value of interest
   * @param axes values for named axes, such as {@code {"N": 1}}
   * @return shape by output name; unknown axes are -1; values that are no tensors are missing
   * @throws RuntimeFailure when it refuses the model
   */
  public Map<String, long[]> outputShapes(byte[] model, Map<String, Long> axes) {
    try (SessionOptions options = new SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setOptimizationLevel(SessionOptions.OptLevel.NO_OPT);
      for (Map.Entry<String, Long> axis : axes.entrySet()) {
        options.setSymbolicDimensionValue(axis.getKey(), axis.getValue());
      }
      Map<String, long[]> shapes = new HashMap<>();
      try (OrtSession session = environment.createSession(model, options)) {
        for (NodeInfo info : session.getOutputInfo().values()) {
          if (info.getInfo() instanceof TensorInfo tensor) {
            shapes.put(info.getName(), tensor.getShape());
          }
        }
      }
      return shapes;
    } catch (OrtException e) {
      throw failure(e);
    }
  }

  static RuntimeFailure failure(OrtException e) {
    String message = e.getMessage();
    return new RuntimeFailure(
        message == null ? "ONNX Runtime failed without a message" : message.strip(), e);
  }

  @FunctionalInterface
  private interface Opener {
    OrtSession open(SessionOptions options) throws OrtException;
  }
}
