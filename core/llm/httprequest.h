// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelclient.h"
#include "core/llm/retryhint.h"

#include <memory>
#include <string>

namespace orrery::llm {

/// A request as the provider gets it: a POST.
struct HttpRequestSpec {
    std::string url;
    HttpHeaders headers; ///< in order; the client adds those of the transport
    std::shared_ptr<const EncodedRequest> body;
    bool stream = false; ///< the answer is to be streamed
};

/// Fits a request made from a person's settings to its provider: completes the address, asks for a plain answer where
/// a model is not asked for a stream, and for the usage of a stream where it is left out otherwise. Before the request
/// is encoded. Doing it twice changes nothing.
void prepareRequest(ModelRequest &request);

/// What is sent for a request, without sending it: the same input gives the same bytes. `baseUrl` is taken as it
/// stands. The body is `request.body` when there is one. Errors: InvalidArgument for an address or a message that
/// cannot be used and for a model that cannot stream (detail `streaming_not_supported`), Denied for an address that
/// is not allowed.
Result<HttpRequestSpec> buildRequest(const ModelRequest &request);

} // namespace orrery::llm
