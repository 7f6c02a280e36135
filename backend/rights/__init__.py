"""What each person may ask of us (个人信息保护法 44–50): a copy, correction, erasure, the notice, and its keys.

Stands above the capabilities: it closes what is open through their verbs, and knows all their tables.
"""
