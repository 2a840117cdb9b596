"""中国邮政 EMS / China Post: the open platform for customers with an agreement (协议客户)."""
