// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

namespace orrery::ui {

class DecisionsModel;
class DecisionsPanel;
class KnowledgeModel;
class KnowledgePanel;

/// Brings the knowledge base of a document and its panel together. Lives on the GUI thread.
class KnowledgeView : public QObject
{
    Q_OBJECT
public:
    KnowledgeView(KnowledgeModel &model, KnowledgePanel &panel);
    void fill(bool isLive);

signals:
    void eventRequested(quint64 seq);

private:
    void showPage();
    KnowledgeModel &m_model;
    KnowledgePanel &m_panel;
};

/// The same for the decision graph.
class DecisionsView : public QObject
{
    Q_OBJECT
public:
    DecisionsView(DecisionsModel &model, DecisionsPanel &panel);
    void fill(bool isLive);

signals:
    void eventRequested(quint64 seq);
    /// A file could not be written.
    void failed(const QString &message);

private:
    void show();
    void choose(const QString &id);
    void exportTo(int format);
    DecisionsModel &m_model;
    DecisionsPanel &m_panel;
    QString m_chosen;
};

} // namespace orrery::ui
