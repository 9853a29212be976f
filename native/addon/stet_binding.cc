// The native half of compiled functions: the tensor binding that @tensorflow/tfjs-node-gpu ships, plus a few
// exports that record ops into a TF_Graph by shape only and register the graph as one function.
// Promise: it computes no op, calls no JS, and gives JS no external array buffer.
//
// The upstream sources are compiled into this translation unit because the backend class keeps its eager context
// private, and functions must be registered in that context.

#define NAPI_MODULE_DISABLED
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/c_api_experimental.h"
#include "tensorflow/c/eager/c_api.h"
#define private public
#include "binding/tfjs_backend.h"
#undef private
#include "compile_ahead.h"
#include "native_calls.h"
#include "binding/tfjs_backend.cc"
#undef NAPI_MODULE
#define NAPI_MODULE(name, init) static napi_value (*upstream_init)(napi_env, napi_value) = init;
#include "binding/tfjs_binding.cc"

namespace tensorflow {
// Declared as in tensorflow/core/common_runtime/eager/context.h, which is not in the wheel.
class EagerContext {
 public:
  __attribute__((weak)) void ClearResourceContainer(const std::string& name);
};
}  // namespace tensorflow

namespace stet {

using tfnodejs::GetTFJSBackend;
using tfnodejs::TF_AutoStatus;

// A graph being recorded. JS refers to `values` and `ops` by index.
struct Recording {
  TF_Graph* graph = TF_NewGraph();
  std::vector<TF_Output> values;
  std::vector<TF_Operation*> ops;
  ~Recording() { TF_DeleteGraph(graph); }
};

static std::unordered_map<int32_t, std::unique_ptr<Recording>> recordings;
static int32_t next_recording = 1;

static napi_value Fail(napi_env env, const std::string& message) {
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

static bool Failed(napi_env env, TF_Status* status, const std::string& doing) {
  if (TF_GetCode(status) == TF_OK) return false;
  Fail(env, doing + ": " + TF_Message(status));
  return true;
}

static std::string ReadString(napi_env env, napi_value value) {
  size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) return "";
  std::string text(length, '\0');
  napi_get_value_string_utf8(env, value, text.data(), length + 1, &length);
  return text;
}

static uint32_t Length(napi_env env, napi_value array) {
  uint32_t n = 0;
  napi_get_array_length(env, array, &n);
  return n;
}

static napi_value Element(napi_env env, napi_value array, uint32_t i) {
  napi_value element = nullptr;
  napi_get_element(env, array, i, &element);
  return element;
}

static napi_value Property(napi_env env, napi_value object, const char* name) {
  napi_value value = nullptr;
  napi_get_named_property(env, object, name, &value);
  return value;
}

static int64_t ReadInt(napi_env env, napi_value value) {
  int64_t n = 0;
  napi_get_value_int64(env, value, &n);
  return n;
}

static std::vector<int64_t> ReadInts(napi_env env, napi_value array) {
  std::vector<int64_t> out(Length(env, array));
  for (uint32_t i = 0; i < out.size(); i++) out[i] = ReadInt(env, Element(env, array, i));
  return out;
}

static Recording* FindRecording(napi_env env, napi_value id) {
  auto found = recordings.find(static_cast<int32_t>(ReadInt(env, id)));
  if (found == recordings.end()) {
    Fail(env, "This recording is already finished.");
    return nullptr;
  }
  return found->second.get();
}

static bool ReadValues(napi_env env, Recording* recording, napi_value array, std::vector<TF_Output>* out) {
  for (int64_t index : ReadInts(env, array)) {
    if (index < 0 || index >= static_cast<int64_t>(recording->values.size())) {
      Fail(env, "A value of another recording was used: index " + std::to_string(index) + ".");
      return false;
    }
    out->push_back(recording->values[index]);
  }
  return true;
}

static bool SetShapes(napi_env env, TF_OperationDescription* op, const std::string& name, napi_value list) {
  std::vector<std::vector<int64_t>> shapes(Length(env, list));
  std::vector<const int64_t*> dims;
  std::vector<int> ranks;
  for (uint32_t i = 0; i < shapes.size(); i++) {
    shapes[i] = ReadInts(env, Element(env, list, i));
    dims.push_back(shapes[i].data());
    ranks.push_back(static_cast<int>(shapes[i].size()));
  }
  TF_SetAttrShapeList(op, name.c_str(), dims.data(), ranks.data(), static_cast<int>(shapes.size()));
  return true;
}

// Attributes have the form that tfjs uses: {name, type: TF_ATTR_*, value}, lists as arrays.
static bool SetAttr(napi_env env, TF_OperationDescription* op, napi_value attr, TF_Status* status) {
  const std::string name = ReadString(env, Property(env, attr, "name"));
  const auto type = static_cast<TF_AttrType>(ReadInt(env, Property(env, attr, "type")));
  napi_value value = Property(env, attr, "value");
  bool is_list = false;
  napi_is_array(env, value, &is_list);
  switch (type) {
    case TF_ATTR_STRING: {
      const std::string text = ReadString(env, value);
      TF_SetAttrString(op, name.c_str(), text.data(), text.size());
      return true;
    }
    case TF_ATTR_INT: {
      if (is_list) {
        const auto list = ReadInts(env, value);
        TF_SetAttrIntList(op, name.c_str(), list.data(), static_cast<int>(list.size()));
      } else {
        TF_SetAttrInt(op, name.c_str(), ReadInt(env, value));
      }
      return true;
    }
    case TF_ATTR_FLOAT: {
      double number = 0;
      napi_get_value_double(env, value, &number);
      TF_SetAttrFloat(op, name.c_str(), static_cast<float>(number));
      return true;
    }
    case TF_ATTR_BOOL: {
      bool flag = false;
      napi_get_value_bool(env, value, &flag);
      TF_SetAttrBool(op, name.c_str(), flag);
      return true;
    }
    case TF_ATTR_TYPE: {
      if (is_list) {
        std::vector<TF_DataType> list;
        for (int64_t t : ReadInts(env, value)) list.push_back(static_cast<TF_DataType>(t));
        TF_SetAttrTypeList(op, name.c_str(), list.data(), static_cast<int>(list.size()));
      } else {
        TF_SetAttrType(op, name.c_str(), static_cast<TF_DataType>(ReadInt(env, value)));
      }
      return true;
    }
    case TF_ATTR_SHAPE: {
      if (is_list) {
        bool nested = false;
        if (Length(env, value) > 0) napi_is_array(env, Element(env, value, 0), &nested);
        if (nested) return SetShapes(env, op, name, value);
      }
      const auto dims = ReadInts(env, value);
      TF_SetAttrShape(op, name.c_str(), dims.data(), static_cast<int>(dims.size()));
      return true;
    }
    case TF_ATTR_FUNC: {
      const std::string function = ReadString(env, value);
      TF_SetAttrFuncName(op, name.c_str(), function.data(), function.size());
      return true;
    }
    default:
      Fail(env, "Attribute " + name + " has a type that cannot be recorded.");
      return false;
  }
}

// How many of the first inputs form one list: N if there is such an attribute (ConcatV2, Pack, AddN, Einsum), else the
// length of a list of types (IdentityN); -1 if there is no list.
static int64_t ListLength(napi_env env, napi_value attrs) {
  for (uint32_t i = 0; i < Length(env, attrs); i++) {
    napi_value attr = Element(env, attrs, i);
    const std::string name = ReadString(env, Property(env, attr, "name"));
    if (name == "N") return ReadInt(env, Property(env, attr, "value"));
    if (name == "Tin" || name == "T" || name == "operand_dtypes") {
      napi_value value = Property(env, attr, "value");
      bool is_list = false;
      napi_is_array(env, value, &is_list);
      if (is_list) return Length(env, value);
    }
  }
  return -1;
}

static napi_value DescribeOutput(napi_env env, Recording* recording, TF_Output output, TF_Status* status) {
  napi_value described, value;
  napi_create_object(env, &described);
  recording->values.push_back(output);
  napi_create_int32(env, static_cast<int32_t>(recording->values.size() - 1), &value);
  napi_set_named_property(env, described, "value", value);
  napi_create_int32(env, TF_OperationOutputType(output), &value);
  napi_set_named_property(env, described, "dtype", value);
  const int rank = TF_GraphGetTensorNumDims(recording->graph, output, status);
  if (rank < 0) {
    napi_get_null(env, &value);
  } else {
    std::vector<int64_t> dims(rank);
    if (rank > 0) TF_GraphGetTensorShape(recording->graph, output, dims.data(), rank, status);
    napi_create_array_with_length(env, rank, &value);
    for (int i = 0; i < rank; i++) {
      napi_value dim;
      napi_create_int64(env, dims[i], &dim);
      napi_set_element(env, value, i, dim);
    }
  }
  napi_set_named_property(env, described, "shape", value);
  return described;
}

static napi_value DescribeOp(napi_env env, Recording* recording, TF_Operation* op, TF_Status* status) {
  napi_value result, outputs, index;
  napi_create_object(env, &result);
  recording->ops.push_back(op);
  napi_create_int32(env, static_cast<int32_t>(recording->ops.size() - 1), &index);
  napi_set_named_property(env, result, "op", index);
  const int n = TF_OperationNumOutputs(op);
  napi_create_array_with_length(env, n, &outputs);
  for (int i = 0; i < n; i++)
    napi_set_element(env, outputs, i, DescribeOutput(env, recording, TF_Output{op, i}, status));
  napi_set_named_property(env, result, "outputs", outputs);
  return result;
}

// recordingStart() -> recording
static napi_value RecordingStart(napi_env env, napi_callback_info) {
  recordings[next_recording] = std::make_unique<Recording>();
  napi_value id;
  napi_create_int32(env, next_recording++, &id);
  return id;
}

// recordingAdd(recording, opType, attrs, inputs: value[], controls: op[]) -> {op, outputs: [{value, dtype, shape}]}
static napi_value RecordingAdd(napi_env env, napi_callback_info info) {
  size_t argc = 5;
  napi_value args[5];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  Recording* recording = FindRecording(env, args[0]);
  if (!recording) return nullptr;
  const std::string type = ReadString(env, args[1]);
  std::vector<TF_Output> inputs;
  if (!ReadValues(env, recording, args[3], &inputs)) return nullptr;

  const std::string name = "n" + std::to_string(recording->ops.size());
  TF_AutoStatus status;
  TF_OperationDescription* op = TF_NewOperation(recording->graph, type.c_str(), name.c_str());
  const int64_t list = ListLength(env, args[2]);
  size_t next = 0;
  if (list >= 0) {
    TF_AddInputList(op, inputs.data(), static_cast<int>(list));
    next = static_cast<size_t>(list);
  }
  for (; next < inputs.size(); next++) TF_AddInput(op, inputs[next]);
  for (int64_t control : ReadInts(env, args[4])) TF_AddControlInput(op, recording->ops[control]);
  bool attrs_ok = true;
  for (uint32_t i = 0; i < Length(env, args[2]); i++)
    attrs_ok = SetAttr(env, op, Element(env, args[2], i), status.status) && attrs_ok;
  TF_Operation* finished = TF_FinishOperation(op, status.status);
  if (!attrs_ok || Failed(env, status.status, type)) return nullptr;
  return DescribeOp(env, recording, finished, status.status);
}

// recordingConstant(recording, dtype, shape, typedArray) -> as recordingAdd
static napi_value RecordingConstant(napi_env env, napi_callback_info info) {
  size_t argc = 4;
  napi_value args[4];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  Recording* recording = FindRecording(env, args[0]);
  if (!recording) return nullptr;
  const auto dtype = static_cast<TF_DataType>(ReadInt(env, args[1]));
  const auto dims = ReadInts(env, args[2]);
  size_t elements = 0, bytes = TF_DataTypeSize(dtype);
  void* data = nullptr;
  napi_typedarray_type array_type;
  if (napi_get_typedarray_info(env, args[3], &array_type, &elements, &data, nullptr, nullptr) != napi_ok)
    return Fail(env, "A constant needs a typed array.");
  for (int64_t dim : dims) bytes *= dim;
  const size_t width = array_type == napi_uint8_array ? 1 : 4;
  if (elements * width != bytes) return Fail(env, "A constant's values do not fill its shape.");

  TF_AutoStatus status;
  TF_Tensor* tensor = TF_AllocateTensor(dtype, dims.data(), static_cast<int>(dims.size()), bytes);
  memcpy(TF_TensorData(tensor), data, bytes);
  const std::string name = "n" + std::to_string(recording->ops.size());
  TF_OperationDescription* op = TF_NewOperation(recording->graph, "Const", name.c_str());
  TF_SetAttrType(op, "dtype", dtype);
  TF_SetAttrTensor(op, "value", tensor, status.status);
  TF_DeleteTensor(tensor);
  TF_Operation* finished = TF_FinishOperation(op, status.status);
  if (Failed(env, status.status, "Const")) return nullptr;
  return DescribeOp(env, recording, finished, status.status);
}

// recordingFunction(recording, name, ops: op[], inputs: value[], outputs: value[], effects: op[]): registers these ops as
// a function
static napi_value RecordingFunction(napi_env env, napi_callback_info info) {
  size_t argc = 6;
  napi_value args[6];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  Recording* recording = FindRecording(env, args[0]);
  if (!recording) return nullptr;
  const std::string name = ReadString(env, args[1]);
  std::vector<TF_Output> inputs, outputs;
  if (!ReadValues(env, recording, args[3], &inputs) || !ReadValues(env, recording, args[4], &outputs)) return nullptr;
  std::vector<const TF_Operation*> ops, effects;
  for (int64_t op : ReadInts(env, args[2])) ops.push_back(recording->ops[op]);
  for (int64_t op : ReadInts(env, args[5])) effects.push_back(recording->ops[op]);

  TF_AutoStatus status;
  TF_Function* function = TF_GraphToFunctionWithControlOutputs(
      recording->graph, name.c_str(), 0, static_cast<int>(ops.size()), ops.data(), static_cast<int>(inputs.size()),
      inputs.data(),
      static_cast<int>(outputs.size()), outputs.data(), nullptr, static_cast<int>(effects.size()), effects.data(),
      nullptr, nullptr, "", status.status);
  if (Failed(env, status.status, "Making function " + name)) return nullptr;
  TFE_ContextAddFunction(GetTFJSBackend(env)->tfe_context_, function, status.status);
  TF_DeleteFunction(function);
  Failed(env, status.status, "Registering function " + name);
  return nullptr;
}

// recordingDiscard(recording)
static napi_value RecordingDiscard(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value args[1];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  recordings.erase(static_cast<int32_t>(ReadInt(env, args[0])));
  return nullptr;
}

// compileAhead(name, inputs: (id | {dtype, shape})[], resources): compiles a function on another thread, unless it updates
// variables; the last `resources` inputs are handles. A call of the function waits for that. On the CPU only.
static napi_value CompileAhead(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value args[3];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  auto* backend = GetTFJSBackend(env);
  AheadJob job{backend->tfe_context_, ReadString(env, args[0]), {}, static_cast<size_t>(ReadInt(env, args[2]))};
  TF_AutoStatus status;
  for (uint32_t i = 0; i < Length(env, args[1]); i++) {
    napi_value input = Element(env, args[1], i);
    napi_valuetype type;
    napi_typeof(env, input, &type);
    if (type == napi_number) {
      const auto found = backend->tfe_handle_map_.find(static_cast<int32_t>(ReadInt(env, input)));
      if (found == backend->tfe_handle_map_.end()) return Fail(env, "An input to compile for is not a tensor.");
      job.inputs.push_back(TFE_TensorHandleCopySharingTensor(found->second, status.status));
    } else {
      const auto dtype = static_cast<TF_DataType>(ReadInt(env, Property(env, input, "dtype")));
      job.inputs.push_back(UnsetTensor(dtype, ReadInts(env, Property(env, input, "shape")), status.status));
    }
    if (Failed(env, status.status, "Compiling " + job.name)) return nullptr;
  }
  AheadCompiler::Global().Add(std::move(job));
  return nullptr;
}

// functionRemove(name)
static napi_value FunctionRemove(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value args[1];
  napi_get_cb_info(env, info, &argc, args, nullptr, nullptr);
  const std::string name = ReadString(env, args[0]);
  TF_AutoStatus status;
  TFE_ContextRemoveFunction(GetTFJSBackend(env)->tfe_context_, name.c_str(), status.status);
  Failed(env, status.status, "Removing function " + name);
  return nullptr;
}

// compilationsRelease(): frees what XLA has compiled; a function that is called again is compiled again. XLA keeps its
// results in TensorFlow's default resource container; this project's variables are in a separate one.
static napi_value CompilationsRelease(napi_env env, napi_callback_info) {
  if (!&tensorflow::EagerContext::ClearResourceContainer) return nullptr;
  AheadCompiler::Global().Finish();
  auto* context = reinterpret_cast<tensorflow::EagerContext*>(GetTFJSBackend(env)->tfe_context_);
  context->ClearResourceContainer("localhost");
  return nullptr;
}

// devices() -> [{name, type, memoryBytes}], version() -> string
static napi_value Devices(napi_env env, napi_callback_info) {
  TF_AutoStatus status;
  TF_DeviceList* list = TFE_ContextListDevices(GetTFJSBackend(env)->tfe_context_, status.status);
  if (Failed(env, status.status, "Listing devices")) return nullptr;
  napi_value result;
  const int n = TF_DeviceListCount(list);
  napi_create_array_with_length(env, n, &result);
  for (int i = 0; i < n; i++) {
    napi_value device, text;
    napi_create_object(env, &device);
    napi_create_string_utf8(env, TF_DeviceListName(list, i, status.status), NAPI_AUTO_LENGTH, &text);
    napi_set_named_property(env, device, "name", text);
    napi_create_string_utf8(env, TF_DeviceListType(list, i, status.status), NAPI_AUTO_LENGTH, &text);
    napi_set_named_property(env, device, "type", text);
    napi_set_element(env, result, i, device);
  }
  TF_DeleteDeviceList(list);
  return result;
}

static napi_value Version(napi_env env, napi_callback_info) {
  napi_value text;
  napi_create_string_utf8(env, TF_Version(), NAPI_AUTO_LENGTH, &text);
  return text;
}

static napi_value Init(napi_env env, napi_value exports) {
  exports = tfnodejs::upstream_init(env, exports);
  const std::pair<const char*, napi_callback> functions[] = {
      {"recordingStart", RecordingStart},   {"recordingAdd", RecordingAdd},
      {"recordingConstant", RecordingConstant}, {"recordingFunction", RecordingFunction},
      {"recordingDiscard", RecordingDiscard}, {"functionRemove", FunctionRemove},
      {"compileAhead", CompileAhead},       {"compilationsRelease", CompilationsRelease},
      {"devices", Devices},                 {"version", Version},
  };
  for (const auto& [name, callback] : functions) {
    napi_value function;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
    napi_set_named_property(env, exports, name, function);
  }
  napi_add_env_cleanup_hook(env, [](void*) { AheadCompiler::Global().Finish(); }, nullptr);
  napi_value native_calls;
  napi_get_boolean(env, RegisterNativeCalls(), &native_calls);
  napi_set_named_property(env, exports, "nativeCalls", native_calls);
  return exports;
}

}  // namespace stet

extern "C" __attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env,
                                                                                     napi_value exports) {
  return stet::Init(env, exports);
}
extern "C" __attribute__((visibility("default"))) int32_t node_api_module_get_api_version_v1() { return 8; }
