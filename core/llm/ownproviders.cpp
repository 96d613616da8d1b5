// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/llm/ownproviders.h"

#include "core/model/modeltable.h"

#include <QFile>
#include <QStandardPaths>

namespace orrery::llm {

std::string ownProvidersPath()
{
    return (QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation)
            + QStringLiteral("/orrery/providers.json"))
        .toStdString();
}

Result<void> installOwnProviders()
{
    const std::string path = ownProvidersPath();
    QFile file(QString::fromStdString(path));
    if (!file.exists())
        return {};
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::Io, path + ": " + file.errorString().toStdString());
    auto table = ModelTable::builtIn().extendedByText(file.readAll().toStdString(), path);
    if (!table)
        return fail(std::move(table.error()));
    ModelTable::installOwn(std::move(*table));
    return {};
}

} // namespace orrery::llm
