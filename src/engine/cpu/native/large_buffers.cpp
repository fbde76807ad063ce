#include "large_buffers.h"

#include "memory.h"

namespace cellgrad {

namespace {

/// A buffer serves for what has at least this part of its size.
constexpr double kLeastUse = 0.8;
/// Of what nobody uses so much is kept, and the last one in any case; the rest is V8's to free.
constexpr double kMostFreeBytes = 128 << 20;

}  // namespace

napi_value LargeBuffers::take(napi_env env, double bytes, napi_value lease) {
  napi_value found = takeFree(env, bytes, lease);
  if (found) return found;
  reclaim(env);
  found = takeFree(env, bytes, lease);
  evict(env);
  return found;
}

void LargeBuffers::keep(napi_env env, napi_value buffer, napi_value lease) {
  void* memory = nullptr;
  size_t bytes = 0;
  napi_get_arraybuffer_info(env, buffer, &memory, &bytes);
  wantLargePages(memory, bytes);
  Used used{nullptr, nullptr, double(bytes)};
  napi_create_reference(env, buffer, 1, &used.buffer);
  napi_create_reference(env, lease, 0, &used.lease);
  used_.push_back(used);
}

napi_value LargeBuffers::takeFree(napi_env env, double bytes, napi_value lease) {
  size_t best = free_.size();
  for (size_t i = 0; i < free_.size(); i++) {
    const Free& one = free_[i];
    if (one.bytes < bytes || one.bytes * kLeastUse > bytes) continue;
    // Of those that fit as well, the one that was used last: it is the likeliest to be in the cache.
    if (best == free_.size() || one.bytes < free_[best].bytes || (one.bytes == free_[best].bytes && one.since > free_[best].since)) best = i;
  }
  if (best == free_.size()) return nullptr;
  Used used{free_[best].buffer, nullptr, free_[best].bytes};
  free_.erase(free_.begin() + int64_t(best));
  freeBytes_ -= used.bytes;
  napi_create_reference(env, lease, 0, &used.lease);
  used_.push_back(used);
  napi_value buffer;
  napi_get_reference_value(env, used.buffer, &buffer);
  return buffer;
}

void LargeBuffers::reclaim(napi_env env) {
  size_t kept = 0;
  for (const Used& used : used_) {
    napi_handle_scope scope;
    napi_open_handle_scope(env, &scope);
    napi_value lease;
    napi_get_reference_value(env, used.lease, &lease);
    napi_close_handle_scope(env, scope);
    if (lease) {
      used_[kept++] = used;
      continue;
    }
    napi_delete_reference(env, used.lease);
    free_.push_back({used.buffer, used.bytes, ++clock_});
    freeBytes_ += used.bytes;
  }
  used_.resize(kept);
}

void LargeBuffers::evict(napi_env env) {
  while (freeBytes_ > kMostFreeBytes && free_.size() > 1) {
    size_t oldest = 0;
    for (size_t i = 1; i < free_.size(); i++)
      if (free_[i].since < free_[oldest].since) oldest = i;
    napi_delete_reference(env, free_[oldest].buffer);
    freeBytes_ -= free_[oldest].bytes;
    free_.erase(free_.begin() + int64_t(oldest));
  }
}

double LargeBuffers::freeBytes(napi_env env) {
  reclaim(env);
  return freeBytes_;
}

void LargeBuffers::release(napi_env env) {
  for (const Used& used : used_) {
    napi_delete_reference(env, used.buffer);
    napi_delete_reference(env, used.lease);
  }
  for (const Free& one : free_) napi_delete_reference(env, one.buffer);
  used_.clear();
  free_.clear();
  freeBytes_ = 0;
}

}  // namespace cellgrad
