// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTextBrowser>

namespace orrery::ui {

/// Shows Markdown that a model wrote. Nothing in it is trusted: HTML is shown as it is written, no image or other file
/// is ever fetched, and no address is opened. `[[name]]` and `[[name|words]]` become links that are told by a signal.
class SafeReader : public QTextBrowser
{
    Q_OBJECT
public:
    explicit SafeReader(QWidget *parent = nullptr);
    void showMarkdown(const QString &text);

signals:
    void nameFollowed(const QString &name);
    /// An address of the world outside was clicked; it is not opened.
    void addressClicked(const QString &address);

protected:
    bool event(QEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    QVariant loadResource(int type, const QUrl &name) override;
    void doSetSource(const QUrl &name, QTextDocument::ResourceType type) override;
};

/// `[[name]]` as Markdown links to `entry:name`. What stands in code stays as it is.
QString withNamesAsLinks(const QString &markdown);

} // namespace orrery::ui
