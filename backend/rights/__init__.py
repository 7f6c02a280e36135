"""What each person may ask for (个人信息保护法 44–50): a copy, correction, erasure, the privacy notice; and key rotation.

It is above the capabilities: it closes what is open through their actions, and knows all their tables.
"""
