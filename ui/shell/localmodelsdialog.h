// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/llm/localservers.h"

#include <QDialog>

class QLabel;
class QPushButton;
class QStandardItemModel;
class QTableView;

namespace orrery::ui {

/// Asks the usual ports of this machine which model servers run there, and offers their models. Not modal.
class LocalModelsDialog : public QDialog
{
    Q_OBJECT
public:
    /// `finder` asks; it is told to when the dialog is shown.
    explicit LocalModelsDialog(std::unique_ptr<llm::LocalServerFinder> finder,
                               QWidget *parent = nullptr);
    ~LocalModelsDialog() override;

signals:
    /// `model` as in a team file, for example `ollama:qwen2.5-coder:14b`.
    void chosen(const QString &model, const QString &baseUrl);

private:
    void ask();
    void list(const std::vector<llm::LocalServer> &servers);
    void choose();

    std::unique_ptr<llm::LocalServerFinder> m_finder;
    QLabel *m_state;
    QStandardItemModel *m_model;
    QTableView *m_table;
    QPushButton *m_use;
};

} // namespace orrery::ui
