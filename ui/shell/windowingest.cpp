// SPDX-License-Identifier: GPL-3.0-or-later
// Files from the person for the knowledge base.
#include "ui/shell/mainwindow.h"
#include "ui/widgets/messagebar.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QUtf8StringView>

namespace orrery::ui {
namespace {

constexpr qint64 mostBytes = 2'000'000;

/// The text of a file; an error names the file and what was expected.
Result<std::string> readText(const QString &name)
{
    const auto refuse = [&](const QString &why) {
        return fail(ErrorCode::InvalidArgument,
                    QStringLiteral("%1 %2").arg(name, why).toStdString());
    };
    QFile file(name);
    if (!file.open(QIODevice::ReadOnly))
        return refuse(MainWindow::tr("cannot be read: %1").arg(file.errorString()));
    if (file.size() > mostBytes)
        return refuse(MainWindow::tr("is larger than the 2 MB that a document may have."));
    const QByteArray bytes = file.readAll();
    if (bytes.contains('\0') || !QUtf8StringView(bytes).isValidUtf8())
        return refuse(MainWindow::tr("is no UTF-8 text, which a document has to be."));
    return bytes.toStdString();
}

} // namespace

void MainWindow::ingest(QStringList files)
{
    if (!m_run)
        return;
    if (files.isEmpty())
        files = QFileDialog::getOpenFileNames(this, tr("Documents for the knowledge base"));
    for (const QString &name : std::as_const(files)) {
        const auto text = readText(name);
        if (!text) {
            showError(text.error());
            return;
        }
        m_run->ingest(QFileInfo(name).fileName().toStdString(), *text);
    }
}

} // namespace orrery::ui
