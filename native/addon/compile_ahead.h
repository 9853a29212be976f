// Compiles functions on other threads before they are called.
// Promise: it computes nothing and changes no variable; what it compiles, a later call of the function finds.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tensorflow/c/c_api.h"
#include "tensorflow/c/eager/c_api.h"

namespace stet {

// A function and what it would be called with. Handles of variables come last.
struct AheadJob {
  TFE_Context* context;
  std::string name;
  std::vector<TFE_TensorHandle*> inputs;
  size_t resources;
};

// A tensor of this shape whose memory is never touched.
static TFE_TensorHandle* UnsetTensor(TF_DataType dtype, const std::vector<int64_t>& dims, TF_Status* status) {
  size_t bytes = TF_DataTypeSize(dtype);
  for (int64_t dim : dims) bytes *= dim;
  TF_Tensor* tensor = TF_AllocateTensor(dtype, dims.data(), static_cast<int>(dims.size()), bytes);
  TFE_TensorHandle* handle = TFE_NewTensorHandle(tensor, status);
  TF_DeleteTensor(tensor);
  return handle;
}

class AheadCompiler {
 public:
  static AheadCompiler& Global() {
    static AheadCompiler* compiler = new AheadCompiler();
    return *compiler;
  }

  void Add(AheadJob job) {
    std::lock_guard<std::mutex> lock(mutex_);
    jobs_.push_back(std::move(job));
    const unsigned most = std::max(2u, std::thread::hardware_concurrency()) - 1;
    if (running_ >= most) return;
    running_++;
    std::thread([this] { Work(); }).detach();
  }

  // Drops what has not begun, and waits for the rest.
  void Finish() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (const AheadJob& job : jobs_) Release(job);
    jobs_.clear();
    idle_.wait(lock, [&] { return running_ == 0; });
  }

 private:
  void Work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (!jobs_.empty()) {
      AheadJob job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      Compile(job);
      Release(job);
      lock.lock();
    }
    running_--;
    idle_.notify_all();
  }

  // A failure is ignored: the call of the function fails in the same way, and is reported there.
  static void Compile(AheadJob& job) {
    TF_Status* status = TF_NewStatus();
    if (TFE_Op* op = TFE_NewOp(job.context, "_XlaCompile", status)) {
      std::vector<TF_DataType> types;
      for (size_t i = 0; i + job.resources < job.inputs.size(); i++)
        types.push_back(TFE_TensorHandleDataType(job.inputs[i]));
      TFE_OpSetAttrBool(op, "must_compile", 1);
      TFE_OpSetAttrBool(op, "_XlaHasReferenceVars", 0);
      TFE_OpSetAttrTypeList(op, "Tconstants", nullptr, 0);
      TFE_OpSetAttrTypeList(op, "Targs", types.data(), static_cast<int>(types.size()));
      TFE_OpSetAttrInt(op, "Nresources", static_cast<int64_t>(job.resources));
      // What is compiled is found under the function's name and the attributes of its call.
      TFE_Op* call = TFE_NewOp(job.context, job.name.c_str(), status);
      if (call) TFE_OpSetAttrBool(call, "_XlaMustCompile", 1);
      if (call) TFE_OpSetAttrFunction(op, "function", call);
      if (call) TFE_DeleteOp(call);
      TFE_OpAddInputList(op, job.inputs.data(), static_cast<int>(types.size()), status);
      if (TF_GetCode(status) == TF_OK)
        TFE_OpAddInputList(op, job.inputs.data() + types.size(), static_cast<int>(job.resources), status);
      TFE_TensorHandle* results[2] = {};
      int count = 2;
      if (TF_GetCode(status) == TF_OK) TFE_Execute(op, results, &count, status);
      for (TFE_TensorHandle* result : results)
        if (result) TFE_DeleteTensorHandle(result);
      TFE_DeleteOp(op);
    }
    TF_DeleteStatus(status);
  }

  static void Release(const AheadJob& job) {
    for (TFE_TensorHandle* input : job.inputs) TFE_DeleteTensorHandle(input);
  }

  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<AheadJob> jobs_;
  unsigned running_ = 0;
};

}  // namespace stet
