"""Problems 异常: kinds, deadlines, detection."""
