// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/modelprofile.h"
#include "core/model/spec.h"

namespace orrery::runtime {

/// What applies to the model at `target`, by the table of its run.
inline llm::ModelProfile profileFor(const ModelRef &target, const ModelTable &models)
{
    return llm::profileOf(target.provider(), target.modelName(), models);
}

} // namespace orrery::runtime
