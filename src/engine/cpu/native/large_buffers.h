// Large buffers of JavaScript's that are used again. V8 collects garbage once or twice for each new ArrayBuffer of some megabytes, which costs
// more than computing what is in it; a buffer that is kept and handed out again costs no collection.
#pragma once
#include <node_api.h>
#include <stdint.h>

#include <vector>

namespace cellgrad {

/// A buffer that was handed out is free again when its lease, an object that all who may look into it hold, has been collected. A weak
/// reference tells that as soon as the collection is over, also inside a synchronous loop, where finalizers wait.
/// Each call is one step for JavaScript, so that an interrupt finds it done or not begun.
class LargeBuffers {
 public:
  /// A free buffer of at least so many bytes, and not many more, from now on in use for the lease; null where there is none.
  napi_value take(napi_env env, double bytes, napi_value lease);

  /// Keeps a buffer that is in use for the lease.
  void keep(napi_env env, napi_value buffer, napi_value lease);

  /// Bytes of the buffers that nobody uses now.
  double freeBytes(napi_env env);

  /// Lets go of all buffers: one that is in use lives until nobody holds it.
  void release(napi_env env);

 private:
  struct Used {
    napi_ref buffer, lease;
    double bytes;
  };
  struct Free {
    napi_ref buffer;
    double bytes;
    int64_t since;
  };

  napi_value takeFree(napi_env env, double bytes, napi_value lease);
  void reclaim(napi_env env);
  void evict(napi_env env);

  std::vector<Used> used_;
  std::vector<Free> free_;
  double freeBytes_ = 0;
  int64_t clock_ = 0;
};

}  // namespace cellgrad
